"""The form in which a Word document becomes a draft."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from publishing.editorial import languages, services, word
from publishing.editorial.languages import column


class WordForm(forms.Form):
    document = forms.FileField(label=gettext_lazy("Word document (.docx)"))
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=[(code, languages.OWN_NAMES[code]) for code in languages.CODES],
    )
    user = None
    draft = None

    def clean_document(self):
        file = self.cleaned_data["document"]
        self.draft = word.read(file, user=self.user)
        if not self.draft.body and not self.draft.title:
            raise ValidationError(_("There is no text in this document."))
        return file


class WordDraftMixin:
    """An admin of items with a text: adds "From a Word document" to its list."""

    change_list_template = "admin/editorial/change_list.html"

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_word"
        view = path("word/", self.admin_site.admin_view(self.word_view), name=name)
        return [view, *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        if self.has_add_permission(request):
            name = f"admin:{self.opts.app_label}_{self.opts.model_name}_word"
            extra_context = (extra_context or {}) | {"word_url": reverse(name)}
        return super().changelist_view(request, extra_context)

    def word_view(self, request):
        if not self.has_add_permission(request):
            raise PermissionDenied
        with transaction.atomic():
            form = WordForm(request.POST or None, request.FILES or None)
            form.user = request.user
            if form.is_valid():
                item = self.word_draft(request, form)
                name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
                return redirect(reverse(name, args=[item.pk]))
        context = self.admin_site.each_context(request) | {
            "title": _("From a Word document"),
            "opts": self.opts,
            "form": form,
        }
        return TemplateResponse(request, "admin/editorial/word.html", context)

    def word_draft(self, request, form):
        draft, language = form.draft, form.cleaned_data["language"]
        title = self.model._meta.get_field(column(self.model.title_field, language))
        item = self.model(created_by=request.user)
        setattr(item, title.name, draft.title[: title.max_length])
        setattr(item, column("body", language), draft.body)
        item.save()
        services.record_save(before=None, said=None, item=item, user=request.user)
        self.log_addition(request, item, [{"added": {}}])
        messages.success(request, _("The document is a draft now. Check it, then send it on."))
        for sentence in draft.left_out:
            messages.warning(
                request, _("A picture was left out: %(reason)s") % {"reason": sentence}
            )
        return item
