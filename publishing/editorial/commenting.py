"""Writing and resolving comments; whoever is mentioned is told."""

import re

from django.conf import settings
from django.contrib.auth import get_permission_codename, get_user_model
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from publishing.editorial import languages, markup, policy
from publishing.editorial.comments import Comment
from publishing.editorial.exceptions import Refused

MENTION = re.compile(r"(?<![\w@])@([\w.+-]*\w)")


def anchors(model) -> dict[str, str]:
    """``{column: label}`` of what a comment can be about, the whole item first."""
    choices = {"": _("The whole item")}
    for name in markup.text_fields(model):
        label = str(model._meta.get_field(name).verbose_name)
        for code in languages.CODES:
            choices[languages.column(name, code)] = (
                f"{label[:1].upper()}{label[1:]} ({languages.language_name(code)})"
            )
    return choices


def _split(model, anchor):
    if not anchor:
        return "", ""
    for name in markup.text_fields(model):
        for code in languages.CODES:
            if anchor == languages.column(name, code):
                return name, code
    raise Refused(_("There is no such field to comment on."))


@transaction.atomic
def add(*, item, text: str, anchor: str = "", user) -> Comment:
    """``anchor`` is a column such as ``headline_en``. Whoever is mentioned as @name is told."""
    if not policy.may_comment(user, item):
        raise Refused(_("You may not comment on this item."))
    text = text.strip()[:2000]
    if not text:
        raise Refused(_("Write the comment first."))
    name, language = _split(type(item), anchor)
    comment = Comment.objects.record(item, field=name, language=language, text=text, author=user)
    mentioned = _mentioned(text, type(item))
    comment.mentions.set(mentioned)
    recipients = [person.email for person in mentioned if person.email and person != user]
    transaction.on_commit(lambda: _tell(comment, str(item), recipients))
    return comment


def _mentioned(text, model):
    """The colleagues named in the text who may read it; nobody learns of others' accounts."""
    names = set(MENTION.findall(text))
    people = get_user_model().objects.filter(is_active=True, is_staff=True, username__in=names)
    meta = model._meta
    right = f"{meta.app_label}.{get_permission_codename('view', meta)}"
    return [person for person in people if person.has_perm(right)]


def _tell(comment, title, recipients):
    """By mail where there is mail; the desk shows the comment in any case."""
    for recipient in recipients:
        subject = _("A comment for you: %(title)s") % {"title": " ".join(title.split())}
        body = f"{comment.author}:\n\n{comment.text}\n"
        send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [recipient], fail_silently=True)


@transaction.atomic
def resolve(*, comment: Comment, item, user) -> Comment:
    if not policy.may_comment(user, item):
        raise Refused(_("You may not comment on this item."))
    row = Comment.objects.select_for_update(of=("self",)).get(pk=comment.pk)
    if row.is_open:
        row.resolved_by, row.resolved_at = user, timezone.now()
        row.save(update_fields=["resolved_by", "resolved_at"])
    return row
