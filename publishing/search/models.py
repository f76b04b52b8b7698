from django.db import models
from django.utils.translation import gettext_lazy as _

from publishing.search.analyzer import MARKER
from publishing.search.fulltext import FullText

DOCUMENT_TEXT = FullText(
    table="search_searchdocument",
    columns=("title", "body", "marks"),
    groups={"titles": ("title", "marks"), "everything": ("title", "body", "marks")},
)


def position_of(date, pk):
    """The order of the newest first, as one number; undated things come last."""
    return ((date.toordinal() if date else 0) << 32) | pk


def kind_mark(kind):
    return f"{MARKER}kind{kind}"


def language_mark(language):
    return f"{MARKER}lang{language.replace('-', '')}"


class SearchDocument(models.Model):
    """One language of one public thing, as the site search knows it."""

    kind = models.CharField(_("kind"), max_length=32)
    object_id = models.BigIntegerField(_("object"))
    language = models.CharField(_("language"), max_length=12)
    # The key of the full text index: see position_of. A window of matches by this number is a
    # window of the newest, on both databases.
    position = models.BigIntegerField(_("position"), unique=True, null=True)
    date = models.DateField(_("date"), null=True)
    visible_from = models.DateTimeField(_("visible from"))
    visible_until = models.DateTimeField(_("visible until"), null=True)
    url_name = models.CharField(_("address name"), max_length=100)
    url_kwargs = models.JSONField(_("address"), default=dict)
    analyzer_version = models.PositiveSmallIntegerField(_("analyzer version"))
    title = models.TextField(_("title"))
    body = models.TextField(_("text"))

    class Meta:
        verbose_name = _("search document")
        verbose_name_plural = _("search documents")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "object_id", "language"], name="search_document_once"
            ),
        ]

    def __str__(self):
        return self.title


class SearchTerm(models.Model):
    """A word that occurs, for completing and correcting what readers type."""

    class Scope(models.TextChoices):
        DOCUMENTS = "documents", _("documents")
        NAMES = "names", _("names")

    scope = models.CharField(_("scope"), max_length=10, choices=Scope)
    term = models.CharField(_("word"), max_length=64)
    # Equality on these finds neighbours quickly whatever the collation of the database is.
    opening = models.CharField(_("first letters"), max_length=3)
    initial = models.CharField(_("first letter"), max_length=1)
    inner = models.CharField(_("second and third letter"), max_length=2)
    length = models.PositiveSmallIntegerField(_("length"))

    class Meta:
        verbose_name = _("search word")
        verbose_name_plural = _("search words")
        constraints = [
            models.UniqueConstraint(fields=["scope", "term"], name="search_term_once"),
        ]
        indexes = [
            models.Index(fields=["scope", "opening"], name="search_term_opening"),
            models.Index(fields=["scope", "initial", "length"], name="search_term_initial"),
            models.Index(fields=["scope", "inner", "length"], name="search_term_inner"),
        ]

    def __str__(self):
        return self.term
