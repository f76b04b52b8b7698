"""What an agreement holds beside its terms: signatures, areas of cooperation, documents."""

import re
import uuid

from django.core.exceptions import ValidationError
from django.core.files.storage import storages
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from partners import files, isced
from partners.models.agreements import Agreement
from partners.models.institutions import Institution
from partners.models.parties import AgreementParty
from partners.models.people import Person
from partners.models.relations import ExternalId
from publishing.cache.models import PublicModel, PublicQuerySet
from publishing.editorial import languages
from publishing.editorial.dates import FirstDayField, LastDayField, PartialDateField


class SignatureQuerySet(PublicQuerySet):
    def printed_date_of(self, agreement) -> str:
        """The date of a signature that only words can give, in the reader's language."""
        column = languages.column("printed_date", languages.active())
        found = self.filter(party__agreement=agreement).exclude(**{f"{column}__isnull": True})
        return found.exclude(**{column: ""}).values_list(column, flat=True).first() or ""


class Signature(PublicModel):
    """One party's signature. Who signed may not be known; that it was signed is."""

    class Method(models.TextChoices):
        WET = "wet", _("by hand")
        ELECTRONIC = "electronic", _("electronically")
        LETTERS = "letters", _("by an exchange of letters")
        ONLINE = "online", _("at an online ceremony")
        NOT_STATED = "not_stated", _("not stated")

    party = models.ForeignKey(
        AgreementParty,
        on_delete=models.CASCADE,
        related_name="signatures",
        verbose_name=_("party"),
    )
    person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="signatures",
        verbose_name=_("person"),
    )
    printed_name = models.CharField(_("printed name"), max_length=120, blank=True)
    printed_title = models.CharField(_("title of the day"), max_length=250, blank=True)
    date = PartialDateField(_("date"))
    date_first = FirstDayField(source="date")
    date_last = LastDayField(source="date")
    printed_date = models.CharField(
        _("date as printed"),
        max_length=80,
        blank=True,
        help_text=_("Where it cannot be written as a date: May, year not given."),
    )
    method = models.CharField(
        _("method"), max_length=12, choices=Method.choices, default=Method.NOT_STATED
    )
    on_behalf_of = models.CharField(_("on behalf of"), max_length=200, blank=True)

    objects = SignatureQuerySet.as_manager()

    class Meta:
        ordering = ["date_last", "pk"]
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        constraints = [
            models.UniqueConstraint(
                fields=["party", "person"],
                name="partners_signature_once",
                violation_error_message=_("This person has signed for this party already."),
            ),
        ]

    def __str__(self):
        return self.name_in(languages.active()) or str(_("signatory not named"))

    def name_in(self, language: str) -> str:
        for code in (language, languages.other(language)):
            for row, field in ((self, "printed_name"), (self.person, "name")):
                if row is not None and (found := languages.text(row, field, code)):
                    return found
        return ""


def known_field(code: str) -> None:
    if code not in isced.FIELDS:
        raise ValidationError(_("This is no code of ISCED-F 2013."))


class AgreementArea(PublicModel):
    """One area of cooperation as agreed: a term to find it by, and its own words."""

    class Activity(models.TextChoices):
        RESEARCH = "research", _("joint research")
        INNOVATION = "innovation", _("industrial innovation")
        TRANSFER = "transfer", _("technology transfer and commercialisation")
        INCUBATION = "incubation", _("incubation and entrepreneurship")
        TRAINING = "training", _("talent training")
        STUDENTS = "students", _("student exchange")
        STAFF = "staff", _("staff exchange")
        EDUCATION = "education", _("joint education")
        INSTITUTE = "institute", _("joint institute or laboratory")
        LECTURES = "lectures", _("academic exchange and lectures")
        CULTURE = "culture", _("cultural and people-to-people exchange")
        PUBLISHING = "publishing", _("publishing and learning resources")
        ONLINE = "online", _("online education")
        POLICY = "policy", _("government and policy dialogue")
        INVESTMENT = "investment", _("investment and capital")

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="areas")
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    activity = models.CharField(_("activity"), max_length=12, choices=Activity.choices, blank=True)
    isced = models.CharField(
        _("subject, ISCED-F"),
        max_length=4,
        blank=True,
        validators=[known_field],
        help_text=_("Two to four digits, for example 091 for health."),
    )
    heading = models.CharField(_("heading"), max_length=200, blank=True)
    text = models.TextField(_("text as agreed"), blank=True)
    lead_units = models.ManyToManyField(
        Institution, blank=True, related_name="led_areas", verbose_name=_("carried out by")
    )

    objects = PublicQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("area of cooperation")
        verbose_name_plural = _("areas of cooperation")
        indexes = [models.Index(fields=["activity"], name="partners_area_activity")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(activity="")
                | ~Q(isced="")
                | (Q(heading_en__isnull=False) & ~Q(heading_en=""))
                | (Q(heading_zh_hans__isnull=False) & ~Q(heading_zh_hans="")),
                name="partners_area_says_something",
                violation_error_message=_("Choose an activity or a subject, or write a heading."),
            ),
        ]

    def __str__(self):
        return self.heading_in(languages.active())

    def heading_in(self, language: str) -> str:
        """Its own heading, else the term; the other language's heading where neither is there."""
        own = languages.text(self, "heading", language)
        term = self.get_activity_display() or isced.name(self.isced, language)
        return own or term or languages.text(self, "heading", languages.other(language))

    def subject(self) -> str:
        return isced.name(self.isced, languages.active())


class AgreementExternalId(ExternalId):
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="external_ids")


# Their folder in the private storage.
DOCUMENTS = "agreements"


def private_storage():
    return storages["private"]


def private_name(document, filename: str) -> str:
    """Where a document is kept: nothing of its place can be guessed from outside."""
    return f"{DOCUMENTS}/{document.uid}{files.suffix(filename)}"


class DocumentQuerySet(PublicQuerySet):
    def public(self):
        """Documents that anyone may fetch: marked public, of an agreement shown in full."""
        return self.filter(
            access=AgreementDocument.Access.PUBLIC,
            agreement__public_level=Agreement.PublicLevel.FULL,
        )

    def visible_to(self, user):
        may = user.is_staff and user.has_perm("partners.view_agreementdocument")
        return self.all() if may else self.public()


class AgreementDocument(PublicModel):
    """A file of an agreement, kept outside everything that the web server shows."""

    class Access(models.TextChoices):
        STAFF = "staff", _("staff only")
        PUBLIC = "public", _("public, where the agreement is shown in full")

    uid = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="documents")
    title = models.CharField(_("title"), max_length=200, blank=True)
    file = models.FileField(
        _("file"), storage=private_storage, upload_to=private_name, max_length=200
    )
    filename = models.CharField(_("file name"), max_length=200, editable=False)
    size = models.PositiveBigIntegerField(_("size"), editable=False, default=0)
    sha256 = models.CharField(_("SHA-256"), max_length=64, editable=False)
    language_tags = models.CharField(
        _("languages"),
        max_length=60,
        blank=True,
        validators=[
            RegexValidator(
                r"^[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?: [a-z]{2,3}(?:-[A-Z][a-z]{3})?)*$",
                _("Write language tags with spaces between them: en zh-Hans."),
            )
        ],
        help_text=_("For example: en zh-Hans."),
    )
    is_authentic = models.BooleanField(_("authentic text"), default=False)
    prevails = models.BooleanField(
        _("prevails"), default=False, help_text=_("Where the texts differ, this one counts.")
    )
    access = models.CharField(
        _("access"), max_length=8, choices=Access.choices, default=Access.STAFF
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["-prevails", "pk"]
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [
            models.UniqueConstraint(
                fields=["agreement"],
                condition=Q(prevails=True),
                name="partners_document_one_prevails",
                violation_error_message=_("Another document prevails already."),
            ),
            models.CheckConstraint(
                condition=Q(prevails=False) | Q(is_authentic=True),
                name="partners_document_prevails_authentic",
                violation_error_message=_("Only an authentic text can prevail."),
            ),
        ]

    def __str__(self):
        return languages.first_text(self, "title") or self.filename

    def clean(self):
        super().clean()
        if not self.file or self.file._committed:
            return
        if problem := files.problem(self.file.file, self.file.name):
            raise ValidationError({"file": problem})

    def save(self, *args, **kwargs):
        if self.file and not self.file._committed:
            self.filename = re.sub(r"[\x00-\x1f\x7f/\\]", "", self.file.name)[-200:]
            self.size, self.sha256 = self.file.size, files.sha256(self.file.file)
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        return reverse("partners:document", kwargs={"uid": self.uid})

    def kind_of_file(self) -> str:
        return files.suffix(self.filename).removeprefix(".").upper()

    def language_names(self) -> list[str]:
        return [languages.name_of_tag(tag) for tag in self.language_tags.split()]
