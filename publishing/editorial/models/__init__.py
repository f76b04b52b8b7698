"""What it means to be published here, one subject to a file."""

# Django finds the models of these where they are imported.
from publishing.editorial import autosaves, comments, links, records, terms
from publishing.editorial.models.owned import OwnedRow
from publishing.editorial.models.publishable import Publishable
from publishing.editorial.models.querysets import PublishableQuerySet, items
from publishing.editorial.models.states import Stage, State

__all__ = [
    "OwnedRow",
    "Publishable",
    "PublishableQuerySet",
    "Stage",
    "State",
    "autosaves",
    "comments",
    "items",
    "links",
    "records",
    "terms",
]
