"""What must be there: texts, and what belongs to a picture."""

from django.utils.translation import gettext as _

from publishing.editorial import languages, markup, richtext, traversal
from publishing.editorial.checks import BLOCK, Finding, register
from publishing.editorial.languages import column, language_name
from publishing.media.models import Image


def _label(item, name):
    return item._meta.get_field(name).verbose_name


def _has(item, name, language):
    return bool(richtext.plain(languages.text(item, name, language)))


@register(level=BLOCK)
def required_texts(item, language):
    for name in item.required_to_publish:
        if not _has(item, name, language):
            sentence = _("%(language)s cannot be published: %(field)s is missing.") % {
                "language": language_name(language),
                "field": _label(item, name),
            }
            yield Finding(BLOCK, "missing", column(name, language), sentence)


@register(level=BLOCK)
def half_filled(item, language):
    """A text that the other language has; the model's ``may_lack`` names the exceptions."""
    there = languages.other(language)
    for name in markup.text_fields(type(item)):
        if name in item.required_to_publish or name in item.may_lack:
            continue
        if _has(item, name, there) and not _has(item, name, language):
            sentence = _("%(language)s is half filled: %(field)s is written in %(other)s only.") % {
                "language": language_name(language),
                "other": language_name(there),
                "field": _label(item, name),
            }
            yield Finding(BLOCK, "half_filled", column(name, language), sentence)


@register(level=BLOCK)
def unchecked_machine_translation(item, language):
    name = column("machine", language)
    if getattr(item, name):
        sentence = _(
            "%(language)s cannot be published: nobody has checked the machine translation."
        )
        yield Finding(BLOCK, "machine", name, sentence % {"language": language_name(language)})


def pictures(item, language):
    """``(field, image)`` for every picture that readers of a language see with the item.

    Its own, those in the text of that language, and those of its owned rows.
    """
    yield from _own_pictures(item)
    for name in markup.rich_fields(type(item)):
        shown = richtext.references(languages.text(item, name, language))["image"]
        for image in Image.objects.filter(uid__in=shown) if shown else ():
            yield column(name, language), image
    if item.pk is None:
        return
    for accessor in traversal.shape(type(item)).owned:
        rows = traversal.part(type(item), accessor).rows(item)
        names = _picture_fields(rows.model)
        if names:
            for row in rows.select_related(*names):
                yield from ((f"{accessor}-group", image) for _name, image in _own_pictures(row))


def _picture_fields(model):
    return [f.name for f in model._meta.concrete_fields if f.related_model is Image]


def _own_pictures(row):
    for name in _picture_fields(type(row)):
        if image := getattr(row, name):
            yield name, image


@register(level=BLOCK)
def described_pictures(item, language):
    name = language_name(language)
    for field, image in pictures(item, language):
        lead = field == "lead_image"
        if not image.is_described_in(language):
            sentence = (
                _("%(language)s cannot be published: the lead image has no alternative text.")
                if lead
                else _(
                    "%(language)s cannot be published: the picture “%(image)s” is not described."
                )
            )
            yield Finding(
                BLOCK, "no_alt", field, sentence % {"language": name, "image": str(image)}
            )
        if not languages.text(image, "credit", language):
            sentence = (
                _("%(language)s cannot be published: the lead image has no credit.")
                if lead
                else _("%(language)s cannot be published: the picture “%(image)s” has no credit.")
            )
            yield Finding(
                BLOCK, "no_credit", field, sentence % {"language": name, "image": str(image)}
            )
