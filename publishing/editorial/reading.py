"""An item as staff read it without a form: every field that says something, in both languages."""

from publishing.editorial import languages, richtext, traversal
from publishing.editorial.languages import column
from publishing.editorial.richtext import RichTextField


def rows(item) -> list[dict]:
    """``texts`` for what has a language, else ``shown``. A constant number of queries."""
    model, parts = type(item), traversal.shape(type(item))
    apart = getattr(model, "per_language", ())
    found = [_text_row(item, name) for name in parts.texts if name not in apart]
    found += [_row(model, name, _fact(item, name)) for name in parts.facts]
    found += [
        _row(model, name, [str(row) for row in getattr(item, name).all()])
        for name in parts.relations
    ]
    for name in parts.owned:
        part = traversal.part(model, name)
        label = str(part.model._meta.verbose_name_plural)
        rows = part.model.objects.filter(**part.link(item))
        rows = rows.for_display() if hasattr(rows, "for_display") else rows
        found.append({"label": label, "shown": [str(row) for row in rows]})
    return [row for row in found if row.get("shown") or row.get("texts")]


def _text_row(item, name):
    field = item._meta.get_field(name)
    rich = isinstance(field, RichTextField)
    texts = [
        {
            "tag": languages.TAGS[code],
            "language": languages.SHORT_NAMES[code],
            "text": richtext.render(text) if rich else text,
            "rich": rich,
        }
        for code in languages.CODES
        if (text := getattr(item, column(name, code)))
    ]
    return {"label": str(field.verbose_name), "texts": texts}


def _row(model, name, shown):
    return {"label": str(model._meta.get_field(name).verbose_name), "shown": shown}


def _fact(item, name):
    field = item._meta.get_field(name)
    value = getattr(item, name)
    if value in (None, "", False):
        return []
    shown = dict(field.flatchoices).get(value, value)
    return [str(field.verbose_name) if value is True else str(shown)]
