"""What stands on this floor for every kind of item: its checks, and what keeps an image."""

from importlib import import_module

from publishing.editorial import references
from publishing.media import services as media

CHECKS = ("completeness", "links", "typography", "terms")


def register():
    if references.refuse_if_used not in media.guards:
        media.guards.append(references.refuse_if_used)
    for name in CHECKS:
        import_module(f"publishing.editorial.checks.{name}")
