import re

from django.db import models
from django.utils.translation import gettext_lazy as _

from publishing.search.analyzer import MARKER
from publishing.search.fulltext import FullText, WordSets

DOCUMENT_TEXT = FullText(
    table="search_searchdocument",
    columns=("title", "body", "marks"),
    groups={"titles": ("title", "marks"), "everything": ("title", "body", "marks")},
    # One Chinese character is a question too.
    prefixes="1 2 3",
    beside={
        "kind": "varchar NOT NULL",
        "object_id": "bigint NOT NULL",
        "visible_from": "timestamptz NOT NULL",
        "visible_until": "timestamptz",
    },
)

ENTRY_TEXT = WordSets(
    table="search_searchentry",
    columns=("names", "place", "marks"),
    groups={"names": ("names", "marks"), "everything": ("names", "place", "marks")},
    prefixes="2 3 4 5",
    apart="place",
    beside={"combination_id": "bigint NOT NULL", "changing_id": "bigint NOT NULL"},
)


def create_order_indexes(schema_editor):
    """Names in the order of their code points, on both databases: keys hold no other order."""
    collation = ' COLLATE "C"' if schema_editor.connection.vendor == "postgresql" else ""
    for column in ("order_en", "order_zh_hans"):
        schema_editor.execute(
            f"CREATE INDEX search_entry_{column} ON {ENTRY_TEXT.table} "
            f"(kind, is_public, {column}{collation}, object_id)"
        )


def position_of(day, pk):
    """The order of the newest first, as one number. ``day`` is an ordinal, 0 without a date."""
    return (day << 32) + pk


# The same in the database.
POSITION = models.F("day") * 2**32 + models.F("pk")


def kind_mark(kind):
    return f"{MARKER}kind{kind}"


def facet_mark(facet, value):
    """A value is ASCII letters, digits, hyphens and underscores, as in codes and slugs; whatever
    else a reader may have put into an address is left out."""
    value = re.sub(r"[^a-z0-9_-]", "", str(value).lower())
    spelled = value.replace("-", f"{MARKER}h").replace("_", f"{MARKER}u")
    return f"{MARKER}facet{facet}{MARKER}{spelled}"


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
    day = models.BigIntegerField(_("day"))
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


class FacetCombination(models.Model):
    """One combination of facet values that occurs; entries are counted by combination.

    An entry has two: of what it is, and of what changes. Together they would be nearly as many as
    entries. Kind and being public belong to each, so that a count asks the full text index for
    words only.
    """

    kind = models.CharField(_("kind"), max_length=32)
    is_public = models.BooleanField(_("public"))
    values = models.TextField(_("values"))

    class Meta:
        verbose_name = _("facet combination")
        verbose_name_plural = _("facet combinations")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "is_public", "values"], name="search_combination_once"
            ),
        ]

    def __str__(self):
        return self.values


class SearchEntry(models.Model):
    """One named thing, as the directory search knows it."""

    kind = models.CharField(_("kind"), max_length=32)
    object_id = models.BigIntegerField(_("object"))
    is_public = models.BooleanField(_("public"))
    combination = models.ForeignKey(
        FacetCombination,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("facet combination"),
    )
    changing = models.ForeignKey(
        FacetCombination,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("combination of changing facets"),
    )
    # The first day on which the facet values may be others than these.
    stale_from = models.DateField(_("stale from"), null=True)
    weight = models.FloatField(_("weight"), default=0)
    order_en = models.CharField(_("order, English"), max_length=200)
    order_zh_hans = models.CharField(_("order, Chinese"), max_length=200)
    places = models.TextField(_("keys of places"), blank=True)
    analyzer_version = models.PositiveSmallIntegerField(_("analyzer version"))

    class Meta:
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")
        constraints = [
            models.UniqueConstraint(fields=["kind", "object_id"], name="search_entry_once"),
        ]
        indexes = [
            models.Index(fields=["kind", "stale_from"], name="search_entry_stale"),
            models.Index(fields=["kind", "is_public", "combination"], name="search_entry_facets"),
        ]

    def __str__(self):
        return self.order_en


class SearchName(models.Model):
    """A name of an entry, with what comparing needs, computed when it is written."""

    entry = models.ForeignKey(
        SearchEntry, on_delete=models.CASCADE, related_name="names", verbose_name=_("entry")
    )
    kind = models.CharField(_("kind"), max_length=32)
    text = models.CharField(_("name"), max_length=300)
    role = models.CharField(_("role"), max_length=20)
    language = models.CharField(_("language"), max_length=12)
    key = models.CharField(_("key"), max_length=300)
    reading = models.CharField(_("reading"), max_length=600, blank=True)
    acronym = models.CharField(_("acronym"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("search name")
        verbose_name_plural = _("search names")
        indexes = [models.Index(fields=["kind", "key"], name="search_name_key")]

    def __str__(self):
        return self.text


class SearchTerm(models.Model):
    """A word that occurs, for completing and correcting what readers type."""

    class Scope(models.TextChoices):
        DOCUMENTS = "documents", _("documents")
        NAMES = "names", _("names")
        READINGS = "readings", _("readings of Chinese names")

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


class SearchMiss(models.Model):
    """Words that readers searched and nothing answered; see publishing.search.misses."""

    text = models.CharField(_("searched words"), max_length=200)
    language = models.CharField(_("language"), max_length=12)
    day = models.DateField(_("last searched"))
    count = models.PositiveIntegerField(_("times, at least"), default=1)

    class Meta:
        verbose_name = _("search without result")
        verbose_name_plural = _("searches without result")
        default_permissions = ("view", "delete")
        constraints = [
            models.UniqueConstraint(fields=["text", "language"], name="search_miss_once"),
        ]
        indexes = [models.Index(fields=["-day", "-count"], name="search_miss_newest")]

    def __str__(self):
        return self.text
