"""What subscribers get to read in their mail, in the language they chose."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from portal.models import SiteSettings
from portal.outbox.services import post
from portal.subscriptions import links
from publishing.editorial import languages
from publishing.editorial.addresses import absolute

PURPOSE = "subscription"


def ask(subscriber, wishes) -> None:
    """To an address that somebody entered: a link to confirm, or to change what is there."""
    with translation.override(subscriber.language):
        known = subscriber.confirmed_at is not None
        office = languages.first_text(SiteSettings.load(), "name")
        context = {
            "office": office,
            "known": known,
            "link": _change(subscriber, wishes)
            if known
            else links.address(links.CONFIRM, subscriber),
            "leave": links.address(links.LEAVE, subscriber),
        }
        subject = _("News by mail: your choice") if known else _("Please confirm: news by mail")
        message = _message(subscriber, _titled(office, subject), "ask", context)
        post(message, purpose=PURPOSE)


def _change(subscriber, wishes):
    """The page for changes, where the topics of this request are marked in advance."""
    query = [("field", one.slug) for one in wishes.fields]
    query += [("institution", one.slug) for one in wishes.institutions]
    address = links.address(links.MANAGE, subscriber)
    return f"{address}?{urlencode(query)}" if query else address


def tell(subscriber, *, subject: str, context: dict) -> None:
    """A letter with news. It waits for its turn: the caller sends all of them."""
    with translation.override(subscriber.language):
        leave = links.address(links.LEAVE, subscriber)
        context = context | {"manage": links.address(links.MANAGE, subscriber), "leave": leave}
        message = _message(subscriber, subject, "digest", context)
        message.attach_alternative(_rendered("digest.html", context), "text/html")
        # RFC 8058: the mail program sends one request, and asks nothing.
        message.extra_headers["List-Unsubscribe"] = f"<{leave}>"
        message.extra_headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        post(message, purpose=PURPOSE, at_once=False)


def _message(subscriber, subject, name, context):
    host = settings.PORTAL_BASE_URL.partition("://")[2].partition(":")[0]
    office = SiteSettings.load().email
    headers = {
        "Auto-Submitted": "auto-generated",
        "Content-Language": languages.TAGS[subscriber.language],
        "List-Id": f"<news.{host}>",
    }
    return EmailMultiAlternatives(
        " ".join(subject.split()),
        _rendered(f"{name}.txt", context),
        to=[subscriber.email],
        reply_to=[office] if office else None,
        headers=headers,
    )


def _rendered(template, context):
    more = {"home": absolute(f"/{languages.active()}/"), "tag": languages.TAGS[languages.active()]}
    return render_to_string(f"portal/subscriptions/mail/{template}", context | more)


def _titled(office, subject):
    if not office:
        return subject
    return _("%(office)s: %(subject)s") % {"office": office, "subject": subject}
