"""Words for what an import made of a bundle."""

from caseworker.exchange.inbound.left_out import (
    CardRefused,
    CardWithKeysOfOthers,
    CardWithoutKeys,
    DirectoryRefused,
    FormMissing,
    LeftOut,
)


def left_out_words(item: LeftOut) -> str:
    """Return what of a bundle was left out, and why."""
    match item:
        case DirectoryRefused(reason):
            return f"the directory in the bundle was refused: {reason}"
        case FormMissing():
            return "the directory names a form that did not come with it, or is none"
        case CardRefused(reason):
            return f"a card in the bundle was refused: {reason}"
        case CardWithoutKeys(recipient):
            return f"a card of {recipient} came without all of its keys"
        case CardWithKeysOfOthers(recipient, others):
            return (
                f"a card of {recipient} was refused: {', '.join(others)} has the same keys, "
                "and one of them copied the other's"
            )
