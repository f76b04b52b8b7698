"""The publication box: which of its fields a draft, a working copy and a live row show."""

from django.utils.translation import gettext_lazy as _

from publishing.editorial import copies, languages
from publishing.editorial.admin.bilingual import both
from publishing.editorial.languages import column, columns

SCHEDULE = ["same_instants", *both("at", "embargo", "expire")]
LAST = ["reason", "save_note"]
WINDOW_FIELDS = columns("embargo", "expire")


def publication_fieldset():
    return (
        _("Publication"),
        {
            "classes": ["publication"],
            "fields": [
                "outcome",
                *both("step"),
                *SCHEDULE,
                *both("notice", "replacement_address"),
                "reason",
            ],
        },
    )


def copy_fieldset(item):
    """Readers are told of a change only in languages in which they know the text."""
    told = [code for code in languages.CODES if copies.tells_readers(item, code)]
    asked = [
        tuple(column(name, code) for code in told) for name in ("change", "change_note") if told
    ]
    return (
        _("Publication"),
        {
            "classes": ["publication"],
            "fields": ["outcome", *both("step"), "same_instants", *both("at"), *asked, *LAST],
        },
    )


def draft_fieldset():
    return (
        _("Publication"),
        {
            "classes": ["publication"],
            "fields": ["outcome", *both("step"), *SCHEDULE, *LAST],
        },
    )


LANGUAGES_FIELDSET = (
    _("Languages"),
    {"classes": ["collapse"], "fields": [("source_language", *columns("machine"))]},
)
