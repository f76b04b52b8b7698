"""What happened next: what was said or signed, and what has become of it."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from news.models.events import Event
from news.models.releases import Release
from partners.models import Agreement, Institution
from publishing.cache.models import PublicModel, PublicQuerySet
from publishing.editorial import languages
from publishing.editorial.dates import FirstDayField, LastDayField, PartialDateField


class CommitmentQuerySet(PublicQuerySet):
    def public(self, language: str | None = None):
        """Commitments told in the reader's language, of sources that the public may see."""
        text = languages.column("text", language or languages.active())
        told = self.filter(is_public=True).exclude(Q((text, "")) | Q((f"{text}__isnull", True)))
        return told.filter(
            Q(agreement__in=Agreement.objects.public())
            | Q(event__in=Event.objects.public_anywhere())
            | Q(release__in=Release.objects.public_anywhere())
        )

    def open(self):
        """Those of which nobody has told that they were kept or given up."""
        return self.exclude(state__in=(Commitment.State.DONE, Commitment.State.DROPPED))

    def about_institution(self, institution):
        """Those that name it, and those under its agreements."""
        return self.filter(
            Q(institutions=institution) | Q(agreement__institutions=institution)
        ).distinct()

    def for_list(self):
        return self.prefetch_related("evidence__release")


class Commitment(PublicModel):
    """A promise with its source, its due date and its state."""

    class Side(models.TextChoices):
        OURS = "ours", _("our side")
        PARTNER = "partner", _("the partner")
        BOTH = "both", _("both sides")

    class State(models.TextChoices):
        STATED = "stated", _("stated")
        UNDER_WAY = "under_way", _("under way")
        DONE = "done", _("done")
        DROPPED = "dropped", _("dropped")
        NO_NEWS = "no_news", _("no news")

    text = models.TextField(_("what was promised"))
    side = models.CharField(_("by"), max_length=8, choices=Side.choices, default=Side.BOTH)
    due = PartialDateField(_("due"))
    due_first = FirstDayField(source="due")
    due_last = LastDayField(source="due")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.STATED)
    agreement = models.ForeignKey(
        Agreement,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="commitments",
        verbose_name=_("agreement"),
    )
    event = models.ForeignKey(
        Event,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="commitments",
        verbose_name=_("event"),
    )
    release = models.ForeignKey(
        Release,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="commitments",
        verbose_name=_("release"),
    )
    institutions = models.ManyToManyField(
        Institution,
        blank=True,
        related_name="commitments",
        verbose_name=_("institutions"),
        help_text=_("On whose pages it stands, beside those of the agreement."),
    )
    is_public = models.BooleanField(_("public"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    saved_at = models.DateTimeField(_("last saved"), auto_now=True)

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")
        constraints = [
            models.CheckConstraint(
                condition=Q(agreement__isnull=False)
                | Q(event__isnull=False)
                | Q(release__isnull=False),
                name="news_commitment_has_source",
                violation_error_message=_(
                    "Say where it was promised: in an agreement, an event or a release."
                ),
            ),
        ]

    def __str__(self):
        return languages.first_text(self, "text")[:80]

    def links(self) -> list[dict]:
        """What shows its state, as far as the reader may see it: address and label."""
        found = []
        for proof in self.evidence.all():
            release = proof.release
            if release is not None and release.is_public(languages.active()):
                found.append({"href": release.get_absolute_url(), "label": release.headline})
            elif proof.address:
                found.append({"href": proof.address, "label": proof.label or proof.address})
        return found

    def clean(self):
        super().clean()
        if not any(languages.text(self, "text", code) for code in languages.CODES):
            raise ValidationError({"text_en": _("Write it in at least one language.")})


class Evidence(PublicModel):
    """What shows how far a commitment has come: a release of ours, or an address elsewhere."""

    commitment = models.ForeignKey(Commitment, on_delete=models.CASCADE, related_name="evidence")
    release = models.ForeignKey(
        Release,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("release"),
    )
    address = models.URLField(_("or an address"), blank=True)
    label = models.CharField(_("label"), max_length=160, blank=True)
    date = PartialDateField(_("date"))

    objects = PublicQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            models.CheckConstraint(
                condition=Q(release__isnull=False) | ~Q(address=""),
                name="news_evidence_leads_somewhere",
                violation_error_message=_("Choose a release or give an address."),
            ),
        ]

    def __str__(self):
        return languages.first_text(self, "label") or self.address or str(self.release)
