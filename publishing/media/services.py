from pathlib import PurePath

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from publishing.media import documents, renditions, usage
from publishing.media.images import PictureRefused, intake
from publishing.media.models import File, Image


def add_image(*, file, user=None, **fields):
    """Take a picture into the library; ``PictureRefused`` or ``ValidationError`` says why not.

    ``file`` is a named, seekable binary file. ``fields`` are those of ``Image``, languages by
    column (``alt_en``, ``alt_zh_hans``). Without a title it gets the name of the file.
    """
    master = intake(file)
    refuse_duplicate(master)
    fields["title"] = fields.get("title") or title_from(file)
    return keep_master(Image(uploaded_by=user, **fields), master=master)


def find_or_add_image(*, file, user=None, alt=""):
    """The image of the library with this picture, or a new one with ``alt`` in the active language.

    Raises as ``add_image`` does, but not for a picture that is there already.
    """
    master = intake(file)
    if existing := Image.objects.filter(sha256=master.sha256).first():
        return existing
    image = Image(uploaded_by=user, title=title_from(file), alt=alt[:300])
    return keep_master(image, master=master)


def refuse_duplicate(master, *, besides=None):
    """Refuse a picture that another image of the library already has."""
    others = Image.objects.exclude(pk=besides.pk if besides else None)
    if existing := others.filter(sha256=master.sha256).first():
        raise PictureRefused(
            _("This picture is already in the library, under the title “%(title)s”."),
            code="duplicate",
            params={"title": str(existing)},
        )


def title_from(file):
    return PurePath(file.name or "").stem[:200]


@transaction.atomic
def keep_master(image, *, master):
    """Save ``image`` with the picture that ``intake`` made, new or in place of the old one."""
    old_name = image.file.name
    image.sha256 = master.sha256
    image.width, image.height = master.width, master.height
    image.full_clean(exclude=["file"])
    image.file.save(f"master.{master.extension}", ContentFile(master.content), save=False)
    try:
        image.save()
    except BaseException:
        image.file.storage.delete(image.file.name)
        raise
    if old_name and old_name != image.file.name:
        transaction.on_commit(lambda: _discard_files(image, old_name))
    return image


@transaction.atomic
def remove_image(image):
    """Delete the row and, once that is certain, its files. Refused while the image is in use."""
    if used := next(iter(usage.uses(image)), None):
        raise PictureRefused(
            _("This picture stays: “%(title)s” uses it."),
            code="in_use",
            params={"title": str(used.row)},
        )
    name = image.file.name
    image.delete()
    transaction.on_commit(lambda: _discard_files(image, name))


def _discard_files(image, name):
    image.file.storage.delete(name)
    renditions.discard(image)


def add_file(*, file, user=None, **fields):
    """Take a document into the library; ``FileRefused`` or ``ValidationError`` says why not."""
    facts = documents.examine(file)
    fields["title"] = fields.get("title") or title_from(file)
    return keep_file(File(uploaded_by=user, **fields), file=file, facts=facts)


def refuse_duplicate_file(facts, *, besides=None):
    others = File.objects.exclude(pk=besides.pk if besides else None)
    if existing := others.filter(sha256=facts.sha256).first():
        raise documents.FileRefused(
            _("This file is already in the library, under the title “%(title)s”."),
            code="duplicate",
            params={"title": str(existing)},
        )


@transaction.atomic
def keep_file(row, *, file, facts):
    """Save ``row`` with an examined ``file``, new or in place of the old one; its address stays."""
    refuse_duplicate_file(facts, besides=row)
    old_name = row.file.name
    row.sha256, row.size, row.extension = facts.sha256, facts.size, facts.extension
    row.full_clean(exclude=["file"])
    row.file.save(f"file.{facts.extension}", file, save=False)
    storage, name = row.file.storage, row.file.name
    try:
        row.save()
    except BaseException:
        storage.delete(name)
        raise
    if old_name and old_name != name:
        transaction.on_commit(lambda: storage.delete(old_name))
    return row


@transaction.atomic
def remove_file(row):
    storage, name = row.file.storage, row.file.name
    row.delete()
    transaction.on_commit(lambda: storage.delete(name))
