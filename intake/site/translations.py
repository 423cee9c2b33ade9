"""What the pages say in one language, for the builder."""

from dataclasses import dataclass

from ground.languages import SOURCE_LANGUAGE
from intake.locale.catalogues import message_forms, message_id, read_catalogue

__all__ = ["Translations", "read_translations"]


@dataclass(frozen=True)
class Translations:
    """What the site says in one language; English where no catalogue is needed."""

    plural_expr: str
    _forms: dict[str, tuple[str, ...]] | None

    def gettext(self, message: str) -> str:
        """Return a message in this language; KeyError where the catalogue lacks it."""
        return message if self._forms is None else self._forms[message][0]

    def knows(self, message: str) -> bool:
        """Tell whether a text is a message of the catalogue."""
        return self._forms is None or message in self._forms

    def forms(self, one: str, other: str) -> tuple[str, ...]:
        """Return the plural forms of a message, in the order that `plural_expr` counts them."""
        return (one, other) if self._forms is None else self._forms[one]


def read_translations(language: str) -> Translations:
    """Return what the site says in a language: nothing that is missing or doubtful."""
    if language == SOURCE_LANGUAGE:
        return Translations("n != 1", None)
    catalogue = read_catalogue(language)
    forms = {
        message_id(message): message_forms(message)
        for message in catalogue
        if message.id and not message.fuzzy and all(message_forms(message))
    }
    return Translations(catalogue.plural_expr, forms)
