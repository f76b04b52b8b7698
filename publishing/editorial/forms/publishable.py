"""The publication box of a staff form: what is, what may be done, what will happen."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from publishing.editorial import bases, freshness, languages, policy, services, steps
from publishing.editorial.forms.schedule import ScheduleForm
from publishing.editorial.forms.words import outcomes, step_labels
from publishing.editorial.languages import column
from publishing.editorial.models import State
from publishing.editorial.sources import source_changed


class StepSelect(forms.RadioSelect):
    """Radio buttons that carry the sentence of their outcome, for the line beneath the box."""

    outcomes: dict[str, str] = {}

    def create_option(self, name, value, *args, **kwargs):
        option = super().create_option(name, value, *args, **kwargs)
        option["attrs"]["data-outcome"] = self.outcomes.get(str(value), "")
        return option


CHANGES = [
    ("minor", gettext_lazy("Minor: a slip corrected, dated in the public history")),
    ("substantive", gettext_lazy("Substantive: readers are told, the text counts as updated")),
]


def _change_field(label):
    return forms.ChoiceField(
        label=label,
        required=False,
        choices=CHANGES,
        initial="substantive",
        widget=forms.RadioSelect,
    )


def _note_field(label, tag):
    return forms.CharField(
        label=label,
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField", "lang": tag}),
        help_text=gettext_lazy("What has changed, for readers of this language."),
    )


def _step_field(label):
    return forms.ChoiceField(label=label, required=False, widget=StepSelect)


def _replacement_field(label):
    return forms.CharField(
        label=label,
        required=False,
        max_length=300,
        help_text=gettext_lazy("When unpublished: where readers are led instead."),
    )


class PublishableForm(ScheduleForm, forms.ModelForm):
    """A form of a publishable item.

    The admin sets ``user``, ``shown`` (the fields of the page) and, before saving, what was there.
    """

    user = None
    shown = None
    before = None
    said = None
    # Languages that somebody else has changed meanwhile: their steps are not taken.
    held_back = frozenset()

    # What the form started from; only where a row stands behind it that others may save too.
    version = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    step_en = _step_field(gettext_lazy("English"))
    step_zh_hans = _step_field(gettext_lazy("Chinese"))
    replacement_address_en = _replacement_field(gettext_lazy("Replacement address, English"))
    replacement_address_zh_hans = _replacement_field(gettext_lazy("Replacement address, Chinese"))

    change_en = _change_field(gettext_lazy("Change, English"))
    change_zh_hans = _change_field(gettext_lazy("Change, Chinese"))
    change_note_en = _note_field(gettext_lazy("Change note, English"), "en")
    change_note_zh_hans = _note_field(gettext_lazy("Change note, Chinese"), "zh-Hans")
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        help_text=gettext_lazy("For sending back, and for approving a text of your own."),
    )
    save_note = forms.CharField(
        label=gettext_lazy("Note for colleagues"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=gettext_lazy("Stands in the history beside this save."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in set(self.fields) - (self.shown or set(self.fields)):
            del self.fields[name]
        if "version" in self.fields and not self.is_bound and self.instance.pk:
            self.fields["version"].initial = bases.sign(self.instance)
        self._show_changed_sources()
        self.show_instants()
        for code in languages.CODES:
            self._offer_steps(code)
            if address := self.fields.get(column("replacement_address", code)):
                address.initial = getattr(self.instance, column("replacement", code))

    def _show_changed_sources(self):
        """Beside a translation that is out of date: what has changed in its source since."""
        self.former_sources = {}
        if self.instance.pk is None:
            return
        source = self.instance.source_language
        target = languages.other(source)
        self.former_sources = freshness.former_sources(self.instance)
        for name, before in self.former_sources.items():
            if field := self.fields.get(column(name, target)):
                field.help_text = source_changed(self.instance, name, source, before)

    def still_correct(self) -> list[str]:
        """Fields of which the editor says that the translation needs no change."""
        return self.data.getlist("still_correct") if hasattr(self.data, "getlist") else []

    def _offer_steps(self, code):
        field = self.fields.get(column("step", code))
        if field is None:
            return
        labels = step_labels(self.instance, code)
        steps = policy.possible_steps(self.user, self.instance, code)
        field.widget.outcomes = outcomes(self.instance, code)
        field.choices = [(step, labels[step]) for step in ["", *steps]]

    def _post_clean(self):
        """With the row filled from the form, ask for each step whether it can be taken."""
        super()._post_clean()
        for code in languages.CODES:
            name = column("step", code)
            step = self.cleaned_data.get(name)
            self.check_window(code)
            if step == "publish":
                self._check_change_note(code)
            elif step in ("withdraw", "unpublish"):
                self._check_leaving(code, step)
            elif step in ("approve", "send_back"):
                self._check_reason(code, step)

    def _check_change_note(self, code):
        note = column("change_note", code)
        substantive = self.cleaned_data.get(column("change", code)) != "minor"
        if note in self.fields and substantive and not self.cleaned_data.get(note, "").strip():
            self.add_error(note, _("Tell readers what has changed, or call the change minor."))

    def _check_reason(self, code, step):
        """The draft is saved in any case; what is published tells its reason on the next page."""
        if self.cleaned_data.get("reason", "").strip():
            return
        if step == "send_back":
            self.add_error("reason", _("Say why the text goes back: its author reads it."))
        elif policy.is_author(self.user, self.instance, code):
            self.add_error("reason", _("This is your own text: say why nobody else approves it."))

    def _check_leaving(self, code, step):
        address = self.cleaned_data.get(column("replacement_address", code), "")
        if step == "unpublish" and address:
            if not services.is_address(address):
                self.add_error(
                    column("replacement_address", code),
                    _("A replacement address starts with / or https://."),
                )
        elif not languages.text(self.instance, "notice", code).strip():
            self.add_error(
                column("notice", code), _("Readers will see this: say why the text is leaving.")
            )

    def chosen_steps(self) -> list[tuple[str, str]]:
        """``[(language, step), …]`` as chosen by the editor, but for what is held back."""
        return [(code, step) for code, step in self._steps() if code not in self.held_back]

    def steps_held_back(self) -> list[tuple[str, str]]:
        return [(code, step) for code, step in self._steps() if code in self.held_back]

    def _steps(self):
        steps = [
            (code, self.cleaned_data.get(column("step", code), "")) for code in languages.CODES
        ]
        return [(code, step) for code, step in steps if step]

    def publication(self, code: str) -> dict:
        """What was chosen beside the Publish step, ready for JSON."""
        at = self.cleaned_data.get(column("at", code))
        return {
            "at": at.isoformat() if at else "",
            "note": self.cleaned_data.get(column("change_note", code), ""),
            "minor": self.cleaned_data.get(column("change", code)) == "minor",
        }

    def take_step(self, code: str, step: str):
        """Call the service behind ``step``; returns the row it leaves. Raises Refused."""
        item = steps.current(self.instance)
        if item is not self.instance and item.state(code) == State.PUBLISHED:
            # The other language was published a moment ago, and nothing was left to tell apart.
            return item
        arguments = {"item": item, "language": code, "user": self.user}
        if step == "publish":
            arguments |= self.publication(code) | {"at": self.cleaned_data.get(column("at", code))}
        if step in ("publish", "approve", "send_back"):
            arguments["reason"] = self.cleaned_data.get("reason", "")
        if step == "unpublish":
            arguments["replacement"] = self.cleaned_data.get(
                column("replacement_address", code), ""
            )
        return getattr(services, step)(**arguments)
