from django.db import DatabaseError
from django.http import HttpResponseRedirect
from django.middleware.locale import LocaleMiddleware
from django.urls import Resolver404, resolve

from portal.models import Page


class LanguageMiddleware(LocaleMiddleware):
    """Leads from an address without a language to the page, where there is such a page.

    Any word fits the addresses of staff-made pages; one that names none is simply not found.
    """

    def process_response(self, request, response):
        answer = super().process_response(request, response)
        if answer is not response and isinstance(answer, HttpResponseRedirect):
            try:
                match = resolve(answer.url.partition("?")[0])
            except Resolver404:
                return answer
            if match.url_name == "page" and not self.exists(match.kwargs["slug"]):
                return response
        return answer

    def exists(self, slug):
        try:
            return Page.objects.public_anywhere().filter(slug=slug).exists()
        except DatabaseError:
            # The page itself will say that the database is away.
            return True
