"""When readers meet each language: publication, embargo and expiry, as the form asks for them."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from publishing.editorial import clocks, languages
from publishing.editorial.languages import column


def _instant_field(label, help_text):
    return clocks.InstantField(label=label, required=False, help_text=help_text)


def _window_field(label, help_text):
    """Sent with what it showed: who did not touch it does not undo what others have set since."""
    return clocks.InstantField(
        label=label, required=False, help_text=help_text, show_hidden_initial=True
    )


AT_HELP = gettext_lazy("Empty: at once. In the future: hidden until then.")
EMBARGO_HELP = gettext_lazy("Until then readers see nothing, even where it is published already.")
EXPIRE_HELP = gettext_lazy("From then on the page answers that it is gone.")
INSTANTS = ("at", "embargo", "expire")


class ScheduleForm(forms.Form):
    """The instants of a publishable item's form, which mixes this in."""

    same_instants = forms.BooleanField(
        label=gettext_lazy("Same instants for both languages"),
        required=False,
        help_text=gettext_lazy("Chinese follows what is entered for English."),
    )
    at_en = _instant_field(gettext_lazy("Publication instant, English"), AT_HELP)
    at_zh_hans = _instant_field(gettext_lazy("Publication instant, Chinese"), AT_HELP)
    embargo_en = _window_field(gettext_lazy("Embargo until, English"), EMBARGO_HELP)
    embargo_zh_hans = _window_field(gettext_lazy("Embargo until, Chinese"), EMBARGO_HELP)
    expire_en = _window_field(gettext_lazy("Expires, English"), EXPIRE_HELP)
    expire_zh_hans = _window_field(gettext_lazy("Expires, Chinese"), EXPIRE_HELP)

    def show_instants(self):
        windows = [self.instance.window(code) for code in languages.CODES]
        for code, (publish, embargo, expire) in zip(languages.CODES, windows, strict=True):
            at = publish if self.instance.is_scheduled(code) else None
            for name, instant in zip(INSTANTS, (at, embargo, expire), strict=True):
                if field := self.fields.get(column(name, code)):
                    field.initial = instant
        if same := self.fields.get("same_instants"):
            same.initial = windows[0] == windows[1] and any(windows[0])

    def clean(self):
        cleaned = super().clean()
        if self.cleaned_data.get("same_instants"):
            self._follow_the_first()
        return cleaned

    def _follow_the_first(self):
        first, *others = languages.CODES
        for name in INSTANTS:
            leading = column(name, first)
            for following in (column(name, code) for code in others):
                if {leading, following} <= set(self.fields):
                    self._errors.pop(following, None)
                    self.cleaned_data[following] = self.cleaned_data.get(leading)

    def window(self, code) -> dict | None:
        """Embargo and expiry as entered; None where this form does not ask for them."""
        names = {"embargo_until": "embargo", "expire_at": "expire"}
        if not {column(name, code) for name in names.values()} <= set(self.fields):
            return None
        first = languages.CODES[0] if self.cleaned_data.get("same_instants") else code
        known = dict(zip(names, self.instance.window(first)[1:], strict=True))
        return {
            key: self.cleaned_data.get(column(name, first))
            if column(name, first) in self.changed_data
            else known[key]
            for key, name in names.items()
        }

    def check_window(self, code):
        """Whether readers will meet the text at all, and in the right order."""
        window = self.window(code)
        if window is None:
            return
        embargo, expire = window.values()
        publish = self.instance.publish_at(code)
        if self.cleaned_data.get(column("step", code)) == "publish":
            publish = self.cleaned_data.get(column("at", code)) or timezone.now()
        before = self.instance.window(code)[2]
        if expire and publish and expire <= publish:
            text = _("It would be gone before it appears. Publication: %(instant)s.")
            self.add_error(column("expire", code), text % {"instant": clocks.told(publish)})
        elif expire and expire != before and expire <= timezone.now():
            text = _("This instant has passed. To take the text away now, unpublish it.")
            self.add_error(column("expire", code), text)
        elif expire and embargo and expire <= embargo:
            text = _("The embargo ends after the text has expired: nobody would ever read it.")
            self.add_error(column("embargo", code), text)
