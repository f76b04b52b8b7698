"""How far a language has come, and when its readers see it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from publishing.editorial.languages import column


class State(models.TextChoices):
    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")
    WITHDRAWN = "withdrawn", _("withdrawn")
    UNPUBLISHED = "unpublished", _("unpublished")


class Stage(models.TextChoices):
    """How far the review of a language has come."""

    WRITING = "writing", _("being written")
    IN_REVIEW = "in_review", _("in review")
    APPROVED = "approved", _("approved")


def visible_q(language: str, at, states=(State.PUBLISHED,)) -> Q:
    """The rule of public visibility of one language at one instant, as a condition."""

    def name(field):
        return column(field, language)

    return (
        Q((f"{name('state')}__in", states))
        & Q((f"{name('publish_at')}__lte", at))
        & (Q((f"{name('embargo_until')}__isnull", True)) | Q((f"{name('embargo_until')}__lte", at)))
        & (Q((f"{name('expire_at')}__isnull", True)) | Q((f"{name('expire_at')}__gt", at)))
    )
