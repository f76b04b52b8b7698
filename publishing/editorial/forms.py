"""The publication box of a staff form: what is, what may be done, what will happen."""

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from publishing.editorial import languages, policy, services
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


class StepSelect(forms.RadioSelect):
    """Radio buttons that carry the sentence of their outcome, for the line beneath the box."""

    outcomes: dict[str, str] = {}

    def create_option(self, name, value, *args, **kwargs):
        option = super().create_option(name, value, *args, **kwargs)
        option["attrs"]["data-outcome"] = self.outcomes.get(str(value), "")
        return option


def _step_field(label):
    return forms.ChoiceField(label=label, required=False, widget=StepSelect)


def _instant_field(label):
    return forms.SplitDateTimeField(
        label=label,
        required=False,
        widget=AdminSplitDateTime,
        help_text=gettext_lazy("Empty: at once. In the future: hidden until then."),
    )


def _replacement_field(label):
    return forms.CharField(
        label=label,
        required=False,
        max_length=300,
        help_text=gettext_lazy("When unpublished: where readers are led instead."),
    )


class PublishableForm(forms.ModelForm):
    """A form of a publishable item; the admin sets ``user``."""

    user = None

    step_en = _step_field(gettext_lazy("English"))
    step_zh_hans = _step_field(gettext_lazy("Chinese"))
    at_en = _instant_field(gettext_lazy("Publication instant, English"))
    at_zh_hans = _instant_field(gettext_lazy("Publication instant, Chinese"))
    replacement_address_en = _replacement_field(gettext_lazy("Replacement address, English"))
    replacement_address_zh_hans = _replacement_field(gettext_lazy("Replacement address, Chinese"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for code in languages.CODES:
            self._offer_steps(code)
            at = self.fields.get(column("at", code))
            if at and self.instance.is_scheduled(code):
                at.initial = self.instance.publish_at(code)
            if address := self.fields.get(column("replacement_address", code)):
                address.initial = getattr(self.instance, column("replacement", code))

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
            if step == "publish":
                for sentence in services.problems(self.instance, code):
                    self.add_error(name, sentence)
            elif step in ("withdraw", "unpublish"):
                self._check_leaving(code, step)

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
        """``[(language, step), …]`` as chosen by the editor."""
        steps = [
            (code, self.cleaned_data.get(column("step", code), "")) for code in languages.CODES
        ]
        return [(code, step) for code, step in steps if step]

    def take_step(self, code: str, step: str):
        """Call the service behind ``step``; raises Refused."""
        arguments = {"item": self.instance, "language": code, "user": self.user}
        if step == "publish":
            arguments["at"] = self.cleaned_data.get(column("at", code))
        if step == "unpublish":
            arguments["replacement"] = self.cleaned_data.get(
                column("replacement_address", code), ""
            )
        getattr(services, step)(**arguments)
