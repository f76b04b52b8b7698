"""Preview links: made, revoked, opened."""

import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from publishing.editorial import audit, languages, policy, traversal
from publishing.editorial.exceptions import Refused
from publishing.editorial.links import LONGEST_DAYS, PreviewLink, fingerprint
from publishing.editorial.records import Revision

TOKEN_BYTES = 32


@transaction.atomic
def make_link(
    *, item, user, language: str = "", revision: int | None = None, days: int = 7, note: str = ""
) -> tuple[PreviewLink, str]:
    """A link and its token, which is told this once and kept nowhere."""
    if user is not None and not policy.may_share(user, item):
        raise Refused(_("You may not share this item."))
    if not 1 <= days <= LONGEST_DAYS:
        raise Refused(_("A link lasts from 1 to %(days)s days.") % {"days": LONGEST_DAYS})
    if revision is not None and not Revision.objects.of(item).filter(number=revision).exists():
        raise Refused(_("This revision is no longer there."))
    token, now = secrets.token_urlsafe(TOKEN_BYTES), timezone.now()
    link = PreviewLink.objects.record(
        item,
        fingerprint=fingerprint(token),
        language=language,
        revision=revision,
        note=note.strip()[:120],
        user=user,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    audit.record(
        audit.Action.LINK,
        user=user,
        item=item,
        language=language,
        revision=revision,
        detail=f"{link.pk}, {link.expires_at:%Y-%m-%d}, {link.note}",
    )
    return link, token


@transaction.atomic
def revoke_link(*, item, number: int, user=None) -> PreviewLink:
    link = PreviewLink.objects.of(item).select_for_update(of=("self",)).filter(pk=number).first()
    if link is None:
        raise Refused(_("This link is no longer there."))
    if user is not None and not policy.may_share(user, item):
        raise Refused(_("You may not share this item."))
    if link.revoked_at is None:
        link.revoked_at = timezone.now()
        link.save(update_fields=["revoked_at"])
        audit.record(
            audit.Action.REVOKE, user=user, item=item, language=link.language, detail=str(link.pk)
        )
    return link


def row_of(link: PreviewLink, item):
    """What ``link`` shows of ``item``; call it within ``unsaved.undone()``.

    Raises Refused where the revision has been thinned out since.
    """
    if link.revision is None:
        return item.open_copy() or item
    data = Revision.objects.of(item).filter(number=link.revision).values_list("data", flat=True)
    data = data.first()
    if data is None:
        raise Refused(_("This revision is no longer there."))
    row = item.open_copy() or type(item)(live=item)
    row.slug = item.slug
    facts = {name: value for name, value in data["facts"].items() if name != "slug"}
    traversal.write(data | {"facts": facts}, row)
    return row


def languages_of(link: PreviewLink) -> tuple[str, ...]:
    return (link.language,) if link.language else languages.CODES


def seal(link: PreviewLink, uid: str) -> str:
    """Lets one picture or file through that a page of ``link`` has shown."""
    return salted_hmac("publishing.editorial.linking", f"{link.pk} {uid}").hexdigest()[:32]


def is_sealed(link: PreviewLink, uid: str, given: str) -> bool:
    return constant_time_compare(seal(link, uid), given)
