"""Before publishing: one page that says what changes, what is wrong, and what others have said."""

from datetime import datetime

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _

from publishing.editorial import checks, comparing, effects, languages, policy, services, steps
from publishing.editorial.comments import Comment
from publishing.editorial.exceptions import Refused
from publishing.editorial.models import State


def differences(item, codes) -> list[comparing.Difference]:
    """What publishing ``codes`` of a working copy changes; nothing for what was never public."""
    if not item.is_copy:
        return []
    sides = [comparing.said(item, name) for name in (comparing.LIVE, comparing.WORK)]
    changes = comparing.differences(type(item), *sides)
    return [change for change in changes if change.language in (None, *codes)]


class Question:
    """What is to be said of publishing some languages of an item, gathered once."""

    def __init__(self, item, codes, user):
        self.item, self.codes = item, codes
        self.findings = {code: checks.findings(item, code) for code in codes}
        self.comments = {code: list(Comment.objects.open_in(item, code)) for code in codes}
        self.effects = {code: effects.of(item, code) for code in codes}
        self.differences = differences(item, codes)
        self.needs_reason = any(policy.is_own_unreviewed(user, item, code) for code in codes)

    @property
    def is_open(self) -> bool:
        """Whether anything is worth a page; else the languages are published at once."""
        notable = any(e.notable for found in self.effects.values() for e in found)
        return bool(notable or self.doubts or self.differences or self.needs_reason)

    @property
    def blocks(self) -> bool:
        return any(finding.blocks for found in self.findings.values() for finding in found)

    @property
    def doubts(self) -> bool:
        return any([*self.findings.values(), *self.comments.values()])

    @property
    def shared(self) -> list:
        """Facts without a language change for the readers of the other one too."""
        there = [c for c in self.item.item.public_languages(withdrawn=True) if c not in self.codes]
        return [d for d in self.differences if d.language is None] if there else []

    def rows(self) -> list[dict]:
        return [
            {
                "code": code,
                "tag": languages.TAGS[code],
                "name": languages.language_name(code),
                "findings": self.findings[code],
                "comments": self.comments[code],
                "effects": self.effects[code],
            }
            for code in self.codes
        ]


class GateMixin:
    """Leads from the form's Publish step to the page, where there is something to say."""

    def get_urls(self):
        return [
            path(
                "<path:object_id>/publish/",
                self.admin_site.admin_view(self.publish_view),
                name=self.page_name("publish"),
            ),
            *super().get_urls(),
        ]

    def wanted(self, form) -> dict[str, dict]:
        """What the form asks to publish, language by language, ready for the session."""
        return {
            code: form.publication(code) for code, step in form.chosen_steps() if step == "publish"
        }

    def asks_first(self, request, form) -> bool:
        """Keep what was chosen for the page; the draft itself has been saved."""
        request.gate_url = None
        wanted = self.wanted(form)
        if not wanted:
            return False
        item = self.get_object(request, str(form.instance.pk))
        question = Question(item, list(wanted), request.user)
        if not question.is_open:
            return False
        kept = request.session.get("publishing", {})
        reason = form.cleaned_data.get("reason", "")
        kept[self._key(item)] = {"languages": wanted, "reason": reason}
        request.session["publishing"] = kept
        request.gate_url = self.page_url("publish", item)
        return True

    def _key(self, item):
        return f"{item._meta.label_lower}:{item.pk}"

    def response_add(self, request, obj, post_url_continue=None):
        return self._to_gate(request) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request, obj):
        return self._to_gate(request) or super().response_change(request, obj)

    def _to_gate(self, request):
        address = getattr(request, "gate_url", None)
        return HttpResponseRedirect(address) if address else None

    def publish_view(self, request, object_id):
        item = self.item(request, object_id, policy.may_publish_item)
        kept = request.session.get("publishing", {}).get(self._key(item))
        if not kept:
            self.message_user(request, _("Choose first what is to be published."), messages.WARNING)
            return self.to_form(item)
        question = Question(item, list(kept["languages"]), request.user)
        if request.method == "POST" and not question.blocks:
            return self._publish(request, item, kept)
        context = self.page_context(request, item, _("Before this is published")) | {
            "question": question,
            "rows": question.rows(),
            "reason": kept["reason"],
        }
        return TemplateResponse(request, "admin/editorial/publish.html", context)

    def _publish(self, request, item, kept):
        reason = request.POST.get("reason", "").strip()[:500]
        row = item
        for code, chosen in kept["languages"].items():
            at = datetime.fromisoformat(chosen["at"]) if chosen["at"] else None
            values = {"at": at, "note": chosen["note"], "minor": chosen["minor"]}
            try:
                with transaction.atomic():
                    row = publish_language(item, code, request.user, reason=reason, **values)
            except Refused as refusal:
                self.message_user(request, str(refusal), messages.ERROR)
                return HttpResponseRedirect(self.page_url("publish", item))
            self.message_user(request, self.said(row, code, "publish"), messages.SUCCESS)
        del request.session["publishing"][self._key(item)]
        request.session.modified = True
        there = type(item).with_copies.filter(pk=item.pk).exists()
        return self.to_form(item if there else row)


def publish_language(item, language, user, **values):
    """Publish, where the other language may have closed the working copy a moment ago."""
    row = steps.current(item)
    if row is not item and row.state(language) == State.PUBLISHED:
        return row
    return services.publish(item=row, language=language, user=user, **values)
