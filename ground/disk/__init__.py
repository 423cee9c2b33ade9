"""Files, folders, locks and schemas that hold whatever stops the machine."""
