from django.db import transaction

from news.models import Release
from publishing.pageviews.services import forget


@transaction.atomic
def delete_release(*, release: Release) -> None:
    """Delete a release and what the ground floor keeps about it."""
    forget("release", release.pk)
    release.delete()
