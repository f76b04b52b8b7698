from django import forms
from django.utils.translation import gettext_lazy as _

from partners.models import CooperationField, Institution
from portal.subscriptions.models import Subscriber
from portal.subscriptions.services import Wishes
from publishing.editorial import languages
from publishing.editorial.records import LANGUAGE_CHOICES

KINDS = [("releases", _("News releases")), ("events", _("Events"))]
# Partners that one subscription follows.
MOST = 50


class WishesForm(forms.Form):
    """What a subscriber wants. The template writes the fields; here is what they may hold."""

    reads = forms.MultipleChoiceField(
        choices=LANGUAGE_CHOICES, error_messages={"required": _("Choose a language.")}
    )
    kinds = forms.MultipleChoiceField(
        choices=KINDS, error_messages={"required": _("Choose releases, events or both.")}
    )
    rhythm = forms.ChoiceField(choices=Subscriber.Rhythm.choices)
    field = forms.ModelMultipleChoiceField(
        CooperationField.objects.all(), to_field_name="slug", required=False
    )
    institution = forms.ModelMultipleChoiceField(
        Institution.objects.none(), to_field_name="slug", required=False
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["institution"].queryset = Institution.objects.public().partners()

    def clean_institution(self):
        chosen = self.cleaned_data["institution"]
        if len(chosen) > MOST:
            raise forms.ValidationError(
                _("Choose %(number)d partners at most."), params={"number": MOST}
            )
        return chosen

    def wishes(self, language: str) -> Wishes:
        given = self.cleaned_data
        return Wishes(
            language=language,
            reads=given["reads"],
            kinds=given["kinds"],
            rhythm=given["rhythm"],
            fields=list(given["field"]),
            institutions=list(given["institution"]),
        )

    # What the template marks as chosen: what was typed, else what is known.
    def chosen(self, name) -> list[str]:
        value = self[name].value() or []
        return [str(getattr(one, "slug", one)) for one in value]

    def languages(self):
        chosen = self.chosen("reads")
        return [
            (code, languages.OWN_NAMES[code], languages.TAGS[code], code in chosen)
            for code in languages.CODES
        ]

    def all_kinds(self):
        chosen = self.chosen("kinds")
        return [(value, label, value in chosen) for value, label in KINDS]

    def all_fields(self):
        chosen = self.chosen("field")
        return [(one, one.slug in chosen) for one in CooperationField.objects.all()]

    def institutions(self):
        """Those that were chosen on their own page, or before."""
        slugs = [slug for slug in self.chosen("institution") if "\0" not in slug][:MOST]
        return list(self.fields["institution"].queryset.filter(slug__in=slugs))


class SignUpForm(WishesForm):
    email = forms.EmailField(
        max_length=254,
        error_messages={
            "required": _("Enter your e-mail address."),
            "invalid": _("This is not an e-mail address: name@example.org"),
        },
    )
    # No person sees it; programs that fill every field do.
    website = forms.CharField(required=False, max_length=300)


class ChangeForm(WishesForm):
    language = forms.ChoiceField(choices=LANGUAGE_CHOICES)
