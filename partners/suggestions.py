"""What the search boxes offer while one types, as static/js/suggest.js reads it."""

from django.http import JsonResponse
from django.utils.translation import ngettext

from partners.directory import suggest
from publishing.cache.pages import public_page
from publishing.editorial import languages


@public_page("q")
def directory_suggestions(request):
    """Partners that the text in the box may become."""
    found = suggest(request.GET.get("q", "").strip(), language=languages.active())
    return suggestions_response([suggestion(result) for result in found])


def suggestions_response(options) -> JsonResponse:
    """``options`` as `suggestion` gives them, and the words that a screen reader says of them."""
    number = len(options)
    spoken = ngettext("%(number)d suggestion", "%(number)d suggestions", number)
    return JsonResponse({"status": spoken % {"number": number}, "options": options})


def suggestion(result) -> dict:
    """A partner, with the name that matched or its name in the other language behind it."""
    institution, matched = result.institution, result.matched
    there = languages.other(languages.active())
    text = languages.first_text(institution, "name")
    note = matched.text if matched else languages.text(institution, "name", there)
    return {
        "text": text,
        "before": result.matched_as,
        "note": "" if note == text else note,
        "lang": matched.language if matched else languages.TAGS[there],
        "url": institution.get_absolute_url(),
    }
