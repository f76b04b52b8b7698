"""Words of Django and allauth that their own Chinese catalogues lack; ours gives them."""

from django.utils.translation import gettext_noop

WORDS = (
    gettext_noop("Error:"),
    gettext_noop("Model name"),
    gettext_noop("Add link"),
    gettext_noop("Change or view list link"),
    gettext_noop("Passkey"),
    gettext_noop("After you’ve created a user, you’ll be able to edit more user options."),
)
