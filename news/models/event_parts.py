"""What belongs to one event: who holds it, who comes, and its programme."""

import datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from partners.models import Agreement, Institution, Mention
from publishing.editorial import languages
from publishing.editorial.models import OwnedRow


class InstitutionOrLabel(models.Model):
    """An institution of the directory or, where there is none, the name as printed."""

    institution = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("institution"),
    )
    label = models.CharField(_("or a name"), max_length=160, blank=True)

    class Meta:
        abstract = True

    def __str__(self):
        return self.name

    @property
    def name(self):
        """The printed name where one is given, in the reader's language, else the record's."""
        named = languages.first_text(self, "label")
        return named or (languages.first_text(self.institution, "name") if self.institution else "")

    def clean(self):
        super().clean()
        if not self.name:
            raise ValidationError(_("Choose an institution or write a name."))


class EventOrganiser(InstitutionOrLabel, OwnedRow):
    """One of those who hold an event, in the order of protocol."""

    class Role(models.TextChoices):
        """The roles that Chinese programmes keep apart: 主办 承办 协办 支持 指导."""

        ORGANISER = "organiser", _("Organiser")
        UNDERTAKER = "undertaker", _("Carried out by")
        CO_ORGANISER = "co_organiser", _("Co-organiser")
        SUPPORTER = "supporter", _("Supporter")
        GUIDANCE = "guidance", _("Under the guidance of")

    event = models.ForeignKey("news.Event", on_delete=models.CASCADE, related_name="organisers")
    role = models.CharField(_("role"), max_length=14, choices=Role.choices, default=Role.ORGANISER)

    class Meta(OwnedRow.Meta):
        verbose_name = _("organiser")
        verbose_name_plural = _("organisers")


class Delegation(Mention, OwnedRow):
    """A group that takes part together; the person on record is its leader."""

    name_field = "leader"
    title_field = "leader_title"

    class Mode(models.TextChoices):
        ON_SITE = "on_site", _("on site")
        ONLINE = "online", _("online")
        UNKNOWN = "unknown", _("not stated")

    event = models.ForeignKey("news.Event", on_delete=models.CASCADE, related_name="delegations")
    name = models.CharField(_("name"), max_length=200, blank=True)
    country = CountryField(_("side"), blank=True)
    leader = models.CharField(
        _("leader"), max_length=160, blank=True, help_text=_("Empty: the person's name.")
    )
    leader_title = models.CharField(
        _("title of the day"), max_length=250, blank=True, help_text=_("As it was then.")
    )
    mode = models.CharField(
        _("attendance"), max_length=8, choices=Mode.choices, default=Mode.UNKNOWN
    )
    sectors = models.CharField(
        _("sectors"), max_length=250, blank=True, help_text=_("Government, industry, universities.")
    )
    unnamed = models.CharField(
        _("unnamed members"), max_length=250, blank=True, help_text=_("About thirty entrepreneurs.")
    )

    class Meta(OwnedRow.Meta):
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")

    def __str__(self):
        return languages.first_text(self, "name")

    @property
    def initials(self):
        words = [word for word in self.name_here.split() if word[0].isalnum()]
        return "".join(word[0] for word in (words[0], words[-1])) if len(words) > 1 else ""


class Session(OwnedRow):
    """One point of the programme."""

    class Kind(models.TextChoices):
        OPENING = "opening", _("Opening")
        SPEECH = "speech", _("Speech")
        KEYNOTE = "keynote", _("Keynote")
        ROUND_TABLE = "round_table", _("Round table")
        SIGNING = "signing", _("Signing")
        INAUGURATION = "inauguration", _("Inauguration")
        PROMOTION = "promotion", _("Presentation")
        TOUR = "tour", _("Tour")
        MEETING = "meeting", _("Meeting")
        BREAK = "break", _("Break")

    class Spoken(models.TextChoices):
        ENGLISH = "en", _("in English")
        CHINESE = "zh", _("in Chinese")
        BOTH = "both", _("in English and Chinese")

    class Interpretation(models.TextChoices):
        NONE = "none", _("without interpretation")
        CONSECUTIVE = "consecutive", _("consecutive interpretation")
        SIMULTANEOUS = "simultaneous", _("simultaneous interpretation")

    event = models.ForeignKey("news.Event", on_delete=models.CASCADE, related_name="sessions")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.SPEECH)
    title = models.CharField(_("title"), max_length=200, blank=True)
    text = models.TextField(_("text"), blank=True)
    speakers = models.TextField(
        _("speakers"), blank=True, help_text=_("One a line, with the title of the day.")
    )
    day = models.DateField(
        _("day"), null=True, blank=True, help_text=_("Empty: the first day of the event.")
    )
    starts = models.TimeField(_("begins at"), null=True, blank=True)
    ends = models.TimeField(_("ends at"), null=True, blank=True)
    spoken = models.CharField(_("language"), max_length=4, choices=Spoken.choices, blank=True)
    interpretation = models.CharField(
        _("interpretation"), max_length=12, choices=Interpretation.choices, blank=True
    )
    agreements = models.ManyToManyField(
        Agreement, blank=True, related_name="+", verbose_name=_("agreements signed")
    )

    class Meta(OwnedRow.Meta):
        verbose_name = _("session")
        verbose_name_plural = _("programme")

    def __str__(self):
        return languages.first_text(self, "title") or self.get_kind_display()

    @property
    def title_here(self):
        return self.title or self.get_kind_display()

    def is_spoken_in(self, language: str) -> bool:
        """Whether a listener of ``language`` hears it; breaks and open questions belong to all."""
        return not language or self.spoken in ("", language, self.Spoken.BOTH)

    @property
    def begins_at(self):
        """The instant of its beginning; None where hour or day are not known."""
        return self._instant(self.starts)

    @property
    def ends_at(self):
        return self._instant(self.ends)

    def _instant(self, time):
        date = self.event.printed_date
        day = self.day or (date.first if date and date.day else None)
        if time is None or day is None:
            return None
        return datetime.datetime.combine(day, time, tzinfo=self.event.zone)

    def clean(self):
        super().clean()
        if self.starts and self.ends and self.ends < self.starts:
            raise ValidationError({"ends": _("A session cannot end before it begins.")})
        first, last = self.event.starts_at, self.event.ends_at
        if first is None or last is None:
            return
        days = first.astimezone(self.event.zone).date(), last.astimezone(self.event.zone).date()
        if self.day and not days[0] <= self.day <= days[1]:
            raise ValidationError({"day": _("The session lies outside its event.")})
        for name, instant in (("starts", self.begins_at), ("ends", self.ends_at)):
            if instant is not None and not first <= instant <= last:
                raise ValidationError({name: _("The session lies outside its event.")})
