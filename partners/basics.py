"""What an office needs before its first entry: types, kinds, fields, countries, places.

The functions take model classes, so that a migration can hand over its historical ones. They
add what is missing, change nothing that is there, and return the rows that they made.
"""

import tomllib
from pathlib import Path

from django.utils import translation
from django_countries import countries

DATA = Path(__file__).parent / "data"

# They have codes of their own in ISO 3166-1; the portal calls them regions, not countries.
REGIONS = {"HK", "MO", "TW"}


def load_basics(*, institution_type, agreement_kind, cooperation_field, place) -> list:
    return [
        *load_types(institution_type),
        *load_kinds(agreement_kind),
        *load_fields(cooperation_field),
        *load_countries(place),
    ]


def load_types(model) -> list:
    known = set(model.objects.values_list("code", flat=True))
    return _create(
        model,
        [
            {
                "code": code,
                "ror": entry["ror"],
                "order": order,
                **bilingual("name", entry["name"]),
                **bilingual("plural", entry["plural"]),
            }
            for order, (code, entry) in enumerate(_read("types").items(), start=1)
            if code not in known
        ],
    )


def load_kinds(model) -> list:
    known = set(model.objects.values_list("code", flat=True))
    return _create(
        model,
        [
            {"code": code, "order": order, **bilingual("name", entry["name"])}
            for order, (code, entry) in enumerate(_read("kinds").items(), start=1)
            if code not in known
        ],
    )


def load_fields(model) -> list:
    known = set(model.objects.values_list("slug", flat=True))
    return _create(
        model,
        [
            {
                "slug": slug,
                "slot": entry["slot"],
                "order": order,
                **bilingual("name", entry["name"]),
                **bilingual("summary", entry["summary"]),
            }
            for order, (slug, entry) in enumerate(_read("fields").items(), start=1)
            if slug not in known
        ],
    )


def load_countries(model) -> list:
    """The countries and territories of ISO 3166-1, named in both languages."""
    names = {}
    for key, language in (("en", "en"), ("zh", "zh-hans")):
        with translation.override(language):
            names[key] = {country.code: country.name for country in countries}
    known = set(_tops(model).values_list("country", flat=True))
    return _create(
        model,
        [
            {
                "country": code,
                "level": "province" if code in REGIONS else "country",
                **bilingual("name", {"en": name, "zh": names["zh"][code]}),
            }
            for code, name in names["en"].items()
            if code not in known
        ],
    )


def load_places(model) -> list:
    """Cities and districts of the two home countries; needs the countries."""
    made = []
    for entry in _read("places")["place"]:
        where = {"name_en": entry["name"]["en"], "level": entry["level"]}
        if model.objects.filter(**where).exists():
            continue
        values = {key: entry[key] for key in ("latitude", "longitude", "time_zone") if key in entry}
        values["parent"] = _outer(model, entry["inside"])
        made += _create(
            model, [{"level": entry["level"], **values, **bilingual("name", entry["name"])}]
        )
    return made


def load_terms(model) -> list:
    """The term bank's first entries: titles, and words that the office writes one way."""
    known = set(model.objects.values_list("en", "zh_hans"))
    rows = [
        {**entry, "avoid": "\n".join(entry.get("avoid", ()))} for entry in _read("terms")["term"]
    ]
    return _create(model, [row for row in rows if (row["en"], row["zh_hans"]) not in known])


def bilingual(field: str, texts: dict) -> dict:
    """The columns of a translated field. The plain one is named for models of a migration."""
    english = texts.get("en", "")
    return {field: english, f"{field}_en": english, f"{field}_zh_hans": texts.get("zh", "")}


def _tops(model):
    return model.objects.filter(parent__isnull=True).exclude(country="")


def _outer(model, inside):
    if len(inside) == 2:
        return _tops(model).filter(country=inside).order_by("pk").first()
    return model.objects.filter(name_en=inside).exclude(level="country").order_by("pk").first()


def _create(model, rows):
    with translation.override("en"):
        return model.objects.bulk_create([model(**row) for row in rows])


def _read(name):
    return tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8"))
