"""The caseworker tool: reads and answers reports. It cannot connect to anything."""
