"""Comments beside the staff form: a panel, a mark at each field, and two small doors."""

from django.contrib import messages
from django.http import Http404, HttpResponseNotAllowed
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path

from publishing.editorial import commenting, policy
from publishing.editorial.comments import Comment
from publishing.editorial.exceptions import Refused


class CommentsMixin:
    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path(
                "<path:object_id>/comment/",
                view(self.comment_view),
                name=self.page_name("comment"),
            ),
            path(
                "<path:object_id>/resolve/",
                view(self.resolve_view),
                name=self.page_name("resolve"),
            ),
            *super().get_urls(),
        ]

    def comment_panel(self, request, item) -> dict:
        """The panel's context: every comment of the item, the open ones first."""
        return {
            "comments": list(Comment.objects.of(item).for_panel()),
            "anchors": commenting.anchors(self.model),
            "may_comment": policy.may_comment(request.user, item),
            "comment_url": self.page_url("comment", item),
            "resolve_url": self.page_url("resolve", item),
            "opts": self.model._meta,
            "original": item,
        }

    def mark_fields(self, form, found):
        """A line beneath each field that says how many comments wait in the panel."""
        waiting: dict[str, list[Comment]] = {}
        for comment in found:
            if comment.is_open and comment.anchor in form.fields:
                waiting.setdefault(comment.anchor, []).append(comment)
        for name, its_comments in waiting.items():
            field = form.fields[name]
            field.help_text = render_to_string(
                "admin/editorial/_comment_mark.html",
                {"help_text": field.help_text, "comments": its_comments},
            )

    def comment_view(self, request, object_id):
        item = self.item(request, object_id, policy.may_comment)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            commenting.add(
                item=item,
                text=request.POST.get("text", ""),
                anchor=request.POST.get("anchor", ""),
                user=request.user,
            )
        except Refused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        return self._comment_answer(request, item)

    def resolve_view(self, request, object_id):
        item = self.item(request, object_id, policy.may_comment)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        number = request.POST.get("comment", "")
        known = number.isascii() and number.isdecimal() and len(number) < 19
        comment = Comment.objects.of(item).filter(pk=number).first() if known else None
        if comment is None:
            raise Http404
        commenting.resolve(comment=comment, item=item, user=request.user)
        return self._comment_answer(request, item)

    def _comment_answer(self, request, item):
        """The script asks for the panel alone, so that nothing typed in the form is lost."""
        if request.headers.get("X-Requested-With") != "fetch":
            return self.to_form(item)
        context = self.comment_panel(request, item)
        context["complaints"] = [str(m) for m in messages.get_messages(request)]
        return TemplateResponse(request, "admin/editorial/_comments.html", context)
