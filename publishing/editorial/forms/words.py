"""What a language's state and its steps are called, and what a step leads to."""

from django.utils.translation import gettext as _

from publishing.editorial import languages
from publishing.editorial.freshness import Freshness
from publishing.editorial.languages import column
from publishing.editorial.models import Stage, State


def standing(item, language: str) -> str:
    """Where a language stands, in one or two words."""
    if item.is_scheduled(language):
        return _("scheduled")
    state, stage = item.state(language), item.stage(language)
    if state == State.DRAFT and stage != Stage.WRITING:
        return stage.label
    return state.label


def owed(item, language: str) -> str:
    """What the language lacks, in brackets; nothing where it is current or merely a draft."""
    freshness = getattr(item, column("freshness", language))
    if freshness in (Freshness.CURRENT, Freshness.DRAFT):
        return ""
    return f" ({Freshness(freshness).label})"


def outcomes(item, language: str) -> dict[str, str]:
    """What each step, and no step, leads to: whole sentences for the box."""
    name = {"language": languages.language_name(language), "state": standing(item, language)}
    return {
        "": _("%(language)s stays as it is: %(state)s.") % name,
        "submit": _("%(language)s goes to review.") % name,
        "approve": _("%(language)s is approved.") % name,
        "send_back": _("%(language)s goes back to its author.") % name,
        "publish": _("%(language)s is published.") % name,
        "unschedule": _("%(language)s is no longer scheduled.") % name,
        "withdraw": _("%(language)s is withdrawn: the page stays, with a notice.") % name,
        "unpublish": _("%(language)s is taken off the site.") % name,
    }


def step_labels(item, language: str) -> dict[str, str]:
    keep = _("Leave as it is (%(state)s)") % {"state": standing(item, language)}
    return {
        "": keep,
        "submit": _("Send to review"),
        "approve": _("Approve"),
        "send_back": _("Send back to the author"),
        "publish": _("Publish"),
        "unschedule": _("Take back the schedule"),
        "withdraw": _("Withdraw, keep the page with a notice"),
        "unpublish": _("Unpublish, remove the page"),
    }
