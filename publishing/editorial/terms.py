"""The term bank: how the office writes its words, in both languages."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TermQuerySet(models.QuerySet):
    def titles(self):
        return self.filter(kind=Term.Kind.TITLE)


class Term(models.Model):
    """A word that is written one way. Slips in ``avoid`` are pointed out before publishing."""

    class Kind(models.TextChoices):
        WORD = "word", _("word")
        NAME = "name", _("name")
        TITLE = "title", _("title of a person")

    en = models.CharField(_("English"), max_length=120)
    zh_hans = models.CharField(_("Chinese"), max_length=120)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.WORD)
    avoid = models.TextField(
        _("not"),
        blank=True,
        help_text=_("One on each line, of either language: what is written by mistake."),
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = TermQuerySet.as_manager()

    class Meta:
        app_label = "editorial"
        ordering = ["en", "pk"]
        verbose_name = _("term")
        verbose_name_plural = _("term bank")
        constraints = [
            models.UniqueConstraint(
                fields=["en", "zh_hans"],
                name="editorial_term_once",
                violation_error_message=_("This term is listed already."),
            ),
        ]

    def __str__(self):
        return f"{self.en} / {self.zh_hans}"

    @property
    def avoided(self) -> list[str]:
        return [line.strip() for line in self.avoid.splitlines() if line.strip()]

    def text(self, language: str) -> str:
        return self.zh_hans if language == "zh-hans" else self.en
