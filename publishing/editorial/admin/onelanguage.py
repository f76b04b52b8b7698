"""The staff form narrowed to one language: ``?only=zh-hans`` leaves out the other one's fields."""

from functools import wraps

from django.contrib.admin.utils import flatten_fieldsets

from publishing.editorial import languages


def chosen(request) -> str:
    asked = request.GET.get("only", "")
    return asked if asked in languages.CODES else ""


def narrowed(get_fieldsets):
    """For ``get_fieldsets``: a field that is left out keeps its value, as it is not in the form."""

    @wraps(get_fieldsets)
    def fewer(self, request, obj=None):
        fieldsets = get_fieldsets(self, request, obj)
        if not chosen(request):
            return fieldsets
        ending = f"_{languages.suffix(languages.other(chosen(request)))}"
        left_out = {name for name in flatten_fieldsets(fieldsets) if name.endswith(ending)}
        return [without(fieldset, left_out) for fieldset in fieldsets]

    return fewer


def without(fieldset, names):
    """The fieldset without these fields, in rows and alone."""
    title, options = fieldset
    rows = []
    for row in options["fields"]:
        row = [row] if isinstance(row, str) else row
        rows.append(tuple(name for name in row if name not in names))
    return title, options | {"fields": [row for row in rows if row]}


def stay(request, answer):
    """Who saves and continues goes on in the same language."""
    if chosen(request) and answer.get("Location") == request.path:
        answer["Location"] += f"?only={chosen(request)}"
    return answer


def choices(request) -> list[dict]:
    """The links of the switch."""
    offered = [("", "", "")] + [
        (code, languages.TAGS[code], languages.OWN_NAMES[code]) for code in languages.CODES
    ]
    return [
        {
            "query": f"?only={code}" if code else "?",
            "tag": tag,
            "name": name,
            "is_chosen": code == chosen(request),
        }
        for code, tag, name in offered
    ]
