"""People, the posts they held, and how a text of the day printed them."""

import datetime
import re

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from partners.models.institutions import Institution
from partners.models.named import NamedModel
from partners.models.period import Period
from publishing.cache.models import PublicModel, PublicQuerySet
from publishing.editorial import languages
from publishing.editorial.models import OwnedRow

_HAN_SPACED = re.compile(r"[㐀-鿿]\s+[㐀-鿿]")


def spaced_chinese(name: str) -> bool:
    """Whether a space stands between Chinese characters, where a name has none."""
    return bool(_HAN_SPACED.search(name or ""))


class PersonQuerySet(PublicQuerySet):
    def public(self):
        return self.filter(is_public=True)


class Person(NamedModel):
    """Somebody with a name in each script, as it is printed there: never put together here."""

    name = models.CharField(_("name as printed"), max_length=120)
    family = models.CharField(_("family name"), max_length=60, blank=True)
    given = models.CharField(_("given name"), max_length=60, blank=True)
    honours = models.CharField(
        _("honours"),
        max_length=200,
        blank=True,
        help_text=_("For example: academician of the Chinese Academy of Sciences."),
    )
    is_public = models.BooleanField(_("public"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    saved_at = models.DateTimeField(_("last saved"), auto_now=True)

    objects = PersonQuerySet.as_manager()

    class Meta:
        ordering = ["family_en", "name_en", "pk"]
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self):
        return languages.first_text(self, "name")

    def clean(self):
        super().clean()
        if spaced_chinese(languages.text(self, "name", "zh-hans")):
            raise ValidationError({"name_zh_hans": _("A Chinese name is written without a space.")})


class Post(Period):
    """An office that somebody holds or held; several at once are usual."""

    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="posts", verbose_name=_("person")
    )
    institution = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="posts",
        verbose_name=_("institution"),
    )
    title = models.CharField(_("title"), max_length=200)
    rank = models.PositiveSmallIntegerField(
        _("rank"), default=0, help_text=_("Of several posts, the lowest number is named first.")
    )

    objects = PublicQuerySet.as_manager()

    class Meta(Period.Meta):
        ordering = ["rank", "-since_first", "pk"]
        verbose_name = _("post")
        verbose_name_plural = _("posts")

    def __str__(self):
        comma = pgettext("between a name and its title", ", ")
        return comma.join(filter(None, [languages.first_text(self, "title"), self.where()]))

    def where(self) -> str:
        return languages.first_text(self.institution, "name") if self.institution else ""

    def clean(self):
        super().clean()
        if not any(languages.text(self, "title", code) for code in languages.CODES):
            raise ValidationError({"title_en": _("Give the title in at least one language.")})


def _plain(title: str) -> str:
    return re.sub(r"[\W_]+", " ", title.casefold()).strip()


def _names_the_same(printed: str, name: str) -> bool:
    """Whether a printed name has every part of a known one: "Lord David Willetts" has."""
    printed, name = _plain(printed), _plain(name)
    if not name.isascii():
        return name in printed
    # Chinese joins a form of address to a Latin name without a space.
    return all(
        re.search(rf"(?<![a-z]){re.escape(part)}(?![a-z])", printed) for part in name.split()
    )


class Mention(models.Model):
    """Somebody under the name and the title that a text of the day printed.

    The link to a person and a post is a record of ours: what was printed stays as it was.
    """

    person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="%(class)ss",
        verbose_name=_("person"),
    )
    post = models.ForeignKey(
        Post,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("post"),
    )

    # The translated columns that hold what was printed.
    name_field = "printed_name"
    title_field = "printed_title"

    class Meta:
        abstract = True

    def clean(self):
        super().clean()
        if self.post and self.post.person_id != self.person_id:
            raise ValidationError({"post": _("Somebody else held this post.")})

    @property
    def name_here(self) -> str:
        """As printed in the reader's language; the name on record where that may be shown."""
        printed = languages.text(self, self.name_field, languages.active())
        if printed or self.person is None or not self.person.is_public:
            return printed
        return languages.first_text(self.person, "name")

    @property
    def title_here(self) -> str:
        return self.title_in(languages.active())

    def title_in(self, language: str) -> str:
        """The title of the day: as printed, else that of the post it is linked to."""
        printed = languages.text(self, self.title_field, language)
        return printed or (languages.text(self.post, "title", language) if self.post else "")

    def doubts(self, day: datetime.date | None) -> list[str]:
        """What was printed and does not fit the record of the person, language by language."""
        if self.person is None:
            return []
        found = [self._name_doubt(code) for code in languages.CODES]
        if day is not None:
            found += [self._title_doubt(code, day) for code in languages.CODES]
        return [doubt for doubt in found if doubt]

    def _name_doubt(self, code):
        printed = languages.text(self, self.name_field, code)
        name = languages.text(self.person, "name", code)
        if not printed or not name or _names_the_same(printed, name):
            return ""
        return _("“%(printed)s” is linked to %(person)s, whose name is another.") % {
            "printed": printed,
            "person": name,
        }

    def _title_doubt(self, code, day):
        """A printed title that names none of the posts which the person may have held then.

        Says nothing where no post of the person is known in that language.
        """
        printed = languages.text(self, self.title_field, code)
        posts = [p for p in self.person.posts.all() if languages.text(p, "title", code)]
        if not printed or not posts:
            return ""
        held = [languages.text(post, "title", code) for post in posts if post.may_cover(day)]
        if any(_plain(title) in _plain(printed) for title in held):
            return ""
        return _("%(person)s is printed as “%(printed)s”; posts known for that day: %(held)s.") % {
            "person": languages.text(self.person, "name", code) or self.person,
            "printed": printed,
            "held": "; ".join(held) or _("none"),
        }


class ParticipationQuerySet(PublicQuerySet):
    def for_target(self, target):
        kind = ContentType.objects.get_for_model(target)
        return self.filter(target_type=kind, target_id=target.pk)

    def for_display(self):
        return self.select_related("person", "institution", "post__institution")


class Participation(Mention, OwnedRow):
    """A person, or a group without names, at an event, in a text, under an agreement."""

    class Role(models.TextChoices):
        SPEAKER = "speaker", _("speaker")
        KEYNOTE = "keynote", _("keynote speaker")
        HOST = "host", _("host")
        WITNESS = "witness", _("witness")
        ATTENDEE = "attendee", _("guest")
        DELEGATION_LEADER = "delegation_leader", _("head of the delegation")
        QUOTED = "quoted", _("quoted")
        SIGNATORY = "signatory", _("signatory")

    class Mode(models.TextChoices):
        ON_SITE = "on_site", _("on site")
        ONLINE = "online", _("online")
        UNKNOWN = "unknown", _("not stated")

    class Side(models.TextChoices):
        OURS = "ours", _("our side")
        PARTNER = "partner", _("the partner's side")

    target_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    target_id = models.PositiveBigIntegerField()
    target = GenericForeignKey("target_type", "target_id")
    group = models.CharField(
        _("or a group"),
        max_length=200,
        blank=True,
        help_text=_("Where the text gives no names: representatives of several companies."),
    )
    role = models.CharField(_("role"), max_length=18, choices=Role.choices, default=Role.ATTENDEE)
    printed_name = models.CharField(
        _("printed name"), max_length=120, blank=True, help_text=_("Empty: the person's name.")
    )
    printed_title = models.CharField(_("title of the day"), max_length=250, blank=True)
    institution = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="participations",
        verbose_name=_("on behalf of"),
    )
    mode = models.CharField(_("attendance"), max_length=8, choices=Mode.choices, default="unknown")
    side = models.CharField(_("side"), max_length=8, choices=Side.choices, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        indexes = [models.Index(fields=["target_type", "target_id"], name="partners_part_target")]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False)
                | (Q(group_en__isnull=False) & ~Q(group_en=""))
                | (Q(group_zh_hans__isnull=False) & ~Q(group_zh_hans="")),
                name="partners_participation_is_named",
                violation_error_message=_("Choose a person or describe the group."),
            ),
        ]

    def __str__(self):
        return self.name_in(languages.active())

    def owner(self):
        return self.target

    def name_in(self, language: str) -> str:
        """As it was printed; the person's own name, the group or the other script where not."""
        named = [(self, "printed_name"), (self.person, "name"), (self, "group")]
        for code in (language, languages.other(language)):
            for row, field in named:
                if row is not None and (found := languages.text(row, field, code)):
                    return found
        return ""


class PersonShownQuerySet(PublicQuerySet):
    def names_by_picture(self, pictures) -> dict[int, list[str]]:
        """Whom readers may be told to see in each picture, by its key, from left to right."""
        found: dict[int, list[str]] = {}
        rows = self.filter(image__in=pictures).select_related("person")
        for row in rows:
            if name := row.name_here:
                found.setdefault(row.image_id, []).append(name)
        return found


class PersonShown(Mention, PublicModel):
    """Who stands in a picture of the library, under the name and title of the day."""

    image = models.ForeignKey("media.Image", on_delete=models.CASCADE, related_name="people_shown")
    printed_name = models.CharField(
        _("printed name"), max_length=120, blank=True, help_text=_("Empty: the person's name.")
    )
    printed_title = models.CharField(_("title of the day"), max_length=250, blank=True)
    order = models.PositiveSmallIntegerField(
        _("order"), default=0, help_text=_("From left to right.")
    )

    objects = PersonShownQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("person shown")
        verbose_name_plural = _("people shown")
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False)
                | (Q(printed_name_en__isnull=False) & ~Q(printed_name_en=""))
                | (Q(printed_name_zh_hans__isnull=False) & ~Q(printed_name_zh_hans="")),
                name="partners_personshown_is_named",
                violation_error_message=_("Choose a person or write a name."),
            ),
        ]

    def __str__(self):
        return languages.first_text(self, "printed_name") or str(self.person)


def _mentions(target):
    """The rows of ``target`` that name somebody, table by table."""
    for name in getattr(target, "owned", ("people",)):
        rows = getattr(target, name)
        if issubclass(rows.model, Mention):
            yield from with_posts(rows)


def with_posts(rows):
    """Mentions with all that ``doubts_of`` asks of them, in two queries."""
    return rows.select_related("person").prefetch_related("person__posts")


def title_doubts(target) -> list[str]:
    """All doubts about the people of ``target``, which says its day as ``day_of_people``."""
    return doubts_of(_mentions(target), target.day_of_people)


def doubts_of(rows, day: datetime.date | None) -> list[str]:
    """Each doubt once; the rows must come with their people and those people's posts."""
    return list(dict.fromkeys(doubt for row in rows for doubt in row.doubts(day)))
