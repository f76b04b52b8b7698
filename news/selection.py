"""Which releases a reader asks for: the list, its filters and its feeds read the same address."""

from dataclasses import dataclass, replace

from django.http import Http404, QueryDict

from news.models import Release
from partners.models import CooperationField, Institution

UNDATED = "undated"
PARAMETERS = ("year", "field", "kind", "institution", "sort")
MOST_READ = "read"


@dataclass(frozen=True)
class Selection:
    """A choice of releases. Empty values narrow nothing."""

    year: str = ""
    field: CooperationField | None = None
    kind: str = ""
    institution: Institution | None = None
    sort: str = ""

    @classmethod
    def read(cls, params, fields) -> "Selection":
        """From the parameters of an address; Http404 for a choice that cannot be made.

        ``fields`` are all fields of cooperation, which every list shows anyway.
        """
        return cls(
            year=_year(params.get("year", "")),
            field=_field(params.get("field", ""), fields),
            kind=_one_of(params.get("kind", ""), Release.Kind.values),
            institution=_institution(params.get("institution", "")),
            sort=_one_of(params.get("sort", ""), [MOST_READ]),
        )

    def releases(self, *without: str):
        """The public releases chosen; ``without`` names choices that are left out of account."""
        chosen = replace(self, **{name: _NOTHING[name] for name in without})
        releases = Release.objects.public()
        if chosen.year == UNDATED:
            releases = releases.undated()
        elif chosen.year:
            releases = releases.in_year(int(chosen.year))
        if chosen.field:
            releases = releases.filter(field=chosen.field)
        if chosen.kind:
            releases = releases.filter(kind=chosen.kind)
        if chosen.institution:
            releases = releases.filter(institutions=chosen.institution)
        return releases

    def query(self, *names: str, **changes) -> str:
        """The query string of this choice with ``changes``: all of it, or only ``names``."""
        values = {
            "year": self.year,
            "field": self.field.slug if self.field else "",
            "kind": self.kind,
            "institution": self.institution.slug if self.institution else "",
            "sort": self.sort,
        } | changes
        query = QueryDict(mutable=True)
        query.update({n: v for n, v in values.items() if v and (not names or n in names)})
        return f"?{query.urlencode()}" if query else ""


_NOTHING = {"year": "", "field": None, "kind": "", "institution": None, "sort": ""}


def _year(text):
    if text in ("", UNDATED):
        return text
    if text.isascii() and text.isdigit() and 1 <= int(text[:5]) <= 9999:
        return text
    raise Http404


def _field(slug, fields):
    if not slug:
        return None
    for field in fields:
        if field.slug == slug:
            return field
    raise Http404


def _one_of(value, known):
    if value and value not in known:
        raise Http404
    return value


def _institution(slug):
    if not slug:
        return None
    found = None if "\0" in slug else Institution.objects.public().filter(slug=slug).first()
    if found is None:
        raise Http404
    return found
