"""The last part of an item's address: one ASCII slug, unique per kind, never used again."""

import unicodedata

from django.contrib.contenttypes.models import ContentType
from django.core.validators import RegexValidator
from django.utils.crypto import get_random_string
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from publishing.editorial import languages
from publishing.editorial.records import FormerAddress, item_id

slug_form = RegexValidator(
    r"^[a-z0-9]+(?:-[a-z0-9]+)*$",
    _("Use small letters a to z, digits and single hyphens."),
    code="invalid",
)


def is_taken(instance, slug: str) -> bool:
    """Whether another item of this kind has, asks for, or once had this address."""
    model = type(instance)
    others = model._base_manager.filter(slug=slug).exclude(pk=instance.pk)
    item = item_id(instance)
    if item and hasattr(model, "with_copies"):
        others = others.exclude(pk=item).exclude(live=item)
    kind = ContentType.objects.get_for_model(model)
    former = FormerAddress.objects.filter(content_type=kind, slug=slug).exclude(object_id=item or 0)
    return others.exists() or former.exists()


def unused_slug(instance, title_field: str) -> str:
    """For any model with a ``slug``: a free ASCII address from the title.

    Pinyin where there is only a Chinese one.
    """
    # Readings cost 50 MB and half a second: only processes in which staff write pay for them.
    from pypinyin import lazy_pinyin

    english, chinese = (languages.text(instance, title_field, code) for code in languages.CODES)
    title = english or " ".join(lazy_pinyin(chinese))
    base = slugify(unicodedata.normalize("NFKD", title))[:80].strip("-")
    base = slug = base or instance._meta.model_name
    while is_taken(instance, slug):
        slug = f"{base}-{get_random_string(4, 'abcdefghjkmnpqrstuvwxyz23456789')}"
    return slug


def leave(item, slug: str) -> None:
    """``item`` was public at ``slug`` and has another address now: the old one leads to it."""
    kind = ContentType.objects.get_for_model(item)
    FormerAddress.objects.of(item).filter(slug=item.slug).delete()
    FormerAddress.objects.update_or_create(
        content_type=kind, slug=slug, defaults={"object_id": item_id(item)}
    )


def follow(model, slug: str):
    """The item that once had this address, or None. It is asked directly: there are no chains."""
    kind = ContentType.objects.get_for_model(model)
    former = FormerAddress.objects.filter(content_type=kind, slug=slug).first()
    return former and model.objects.filter(pk=former.object_id).first()
