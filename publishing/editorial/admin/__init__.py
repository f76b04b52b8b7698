"""Behaviour that all staff forms share, one subject to a file; concrete admins are attributes."""

# Those two register themselves.
from publishing.editorial.admin import audit, terms
from publishing.editorial.admin.bilingual import (
    BilingualAdmin,
    BilingualFields,
    BilingualInline,
    NamedCells,
    both,
)
from publishing.editorial.admin.fieldsets import publication_fieldset
from publishing.editorial.admin.publishable import PublishableAdmin

__all__ = [
    "BilingualAdmin",
    "BilingualFields",
    "BilingualInline",
    "NamedCells",
    "PublishableAdmin",
    "audit",
    "both",
    "publication_fieldset",
    "terms",
]
