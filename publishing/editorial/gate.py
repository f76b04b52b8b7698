"""What must be right before a language is published."""

from publishing.editorial import checks
from publishing.editorial.models import Publishable


def problems(item: Publishable, language: str) -> list[str]:
    """What keeps ``language`` of ``item`` from being published, as sentences; empty when ready."""
    return [finding.sentence for finding in checks.blocking(item, language)]
