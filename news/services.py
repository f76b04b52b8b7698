from django.db import transaction

from news.models import Release
from publishing.editorial import services
from publishing.pageviews.services import forget


@transaction.atomic
def delete_release(*, release: Release, user=None) -> None:
    """Delete a release and what the ground floor keeps about it."""
    forget("release", release.pk)
    services.delete(item=release, user=user)
