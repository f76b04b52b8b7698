"""The steps of a text from draft to public and away again: one function each.

Every function is atomic, locks the row, checks the right of ``user`` and refuses with a
translated sentence (``Refused``). ``user`` None is the system itself: commands and imports.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from publishing.editorial import languages, policy, richtext
from publishing.editorial.exceptions import Refused
from publishing.editorial.languages import column
from publishing.editorial.models import Publishable, Stage, State

STEPS = ("submit", "approve", "send_back", "publish", "unschedule", "withdraw", "unpublish")


def problems(item: Publishable, language: str) -> list[str]:
    """What keeps ``language`` of ``item`` from being published, as sentences; empty when ready."""
    found = []
    name = languages.language_name(language)
    for field in item.required_to_publish:
        if not richtext.plain(languages.text(item, field, language)):
            label = item._meta.get_field(field).verbose_name
            found.append(
                _("%(language)s cannot be published: %(field)s is missing.")
                % {"language": name, "field": label}
            )
    image = getattr(item, "lead_image", None)
    if image is not None:
        if not image.decorative and not languages.text(image, "alt", language):
            found.append(
                _("%(language)s cannot be published: the lead image has no alternative text.")
                % {"language": name}
            )
        if not languages.text(image, "credit", language):
            found.append(
                _("%(language)s cannot be published: the lead image has no credit.")
                % {"language": name}
            )
    return found


def submit(*, item: Publishable, language: str, user=None) -> Publishable:
    return _step(item, language, user, "submit", stage=Stage.IN_REVIEW)


def approve(*, item: Publishable, language: str, user=None) -> Publishable:
    return _step(item, language, user, "approve", stage=Stage.APPROVED)


def send_back(*, item: Publishable, language: str, user=None) -> Publishable:
    return _step(item, language, user, "send_back", stage=Stage.WRITING)


@transaction.atomic
def publish(
    *, item: Publishable, language: str, user=None, at: datetime | None = None
) -> Publishable:
    """Make ``language`` public now, or at ``at`` where that lies ahead."""
    row = _locked(item, language, user, "publish")
    if missing := problems(row, language):
        raise Refused(*missing)
    now = timezone.now()
    at = at or now
    first = getattr(row, column("first_published", language))
    if first is None or first > now:
        first = at
    _set(row, language, state=State.PUBLISHED, stage=Stage.APPROVED, publish_at=at)
    _set(row, language, first_published=first, last_updated=at, replacement="")
    return _saved(row, item)


@transaction.atomic
def unschedule(*, item: Publishable, language: str, user=None) -> Publishable:
    """Take back a publication that lies ahead; the text stays approved."""
    row = _locked(item, language, user, "unschedule")
    if not row.is_scheduled(language):
        raise Refused(_("This language is not scheduled."))
    _set(row, language, state=State.DRAFT, publish_at=None)
    if getattr(row, column("first_published", language)) > timezone.now():
        _set(row, language, first_published=None, last_updated=None)
    return _saved(row, item)


@transaction.atomic
def withdraw(*, item: Publishable, language: str, notice: str = "", user=None) -> Publishable:
    """Keep the page with a notice on top, out of lists and search."""
    row = _locked(item, language, user, "withdraw")
    _needs_notice(row, language, notice)
    _set(row, language, state=State.WITHDRAWN)
    return _saved(row, item)


@transaction.atomic
def unpublish(
    *, item: Publishable, language: str, notice: str = "", replacement: str = "", user=None
) -> Publishable:
    """Remove the page: 410 with the reason, or a redirect to ``replacement``."""
    row = _locked(item, language, user, "unpublish")
    replacement = replacement.strip()
    if not replacement:
        _needs_notice(row, language, notice)
    elif not is_address(replacement):
        raise Refused(_("A replacement address starts with / or https://."))
    elif replacement == row.get_absolute_url(language):
        raise Refused(_("A text cannot be replaced by itself."))
    if notice:
        setattr(row, column("notice", language), notice)
    _set(row, language, state=State.UNPUBLISHED, stage=Stage.WRITING, replacement=replacement)
    return _saved(row, item)


def is_address(text: str) -> bool:
    """A path of this site or a full web address; never ``//host`` or another scheme."""
    own = text.startswith("/") and not text.startswith(("//", "/\\"))
    return (own or text.startswith(("https://", "http://"))) and not any(c.isspace() for c in text)


def touched(item: Publishable, changed: set[str]) -> list[str]:
    """After a save: a changed text that was approved must be reviewed again.

    ``changed`` names model fields. Returns the languages that lost their approval.
    """
    dropped = []
    for code in languages.CODES:
        own = {name for name in changed if name.endswith(f"_{languages.suffix(code)}")}
        if own and item.stage(code) == Stage.APPROVED and item.state(code) == State.DRAFT:
            _set(item, code, stage=Stage.IN_REVIEW)
            dropped.append(code)
        if own and item.is_public(code, withdrawn=True):
            _set(item, code, last_updated=timezone.now())
    return dropped


def _needs_notice(row, language, notice):
    if notice:
        setattr(row, column("notice", language), notice)
    if not languages.text(row, "notice", language).strip():
        raise Refused(
            _("Write the public notice in %(language)s first: readers will see it.")
            % {"language": languages.language_name(language)}
        )


@transaction.atomic
def _step(item, language, user, step, *, stage):
    row = _locked(item, language, user, step)
    _set(row, language, stage=stage)
    return _saved(row, item)


def _locked(item, language, user, step):
    rows = type(item)._base_manager.select_for_update(of=("self",))
    row = rows.get(pk=item.pk)
    if user is not None and step not in policy.possible_steps(user, row, language):
        raise Refused(_("This step is not open to you now; reload the page to see the state."))
    return row


def _set(row, language, **values):
    for name, value in values.items():
        setattr(row, column(name, language), value)


def _saved(row, item):
    row.full_clean(validate_unique=False)
    row.save()
    item.refresh_from_db()
    return row
