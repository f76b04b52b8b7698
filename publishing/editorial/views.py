"""The public page of one publishable item, whatever has become of it."""

from csp.decorators import csp_update
from django.http import Http404, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.views.generic import DetailView

from publishing.editorial import languages, slugs
from publishing.editorial.addresses import Switch, error_urls, page_urls
from publishing.editorial.languages import column
from publishing.editorial.replacements import end_of
from publishing.media.videos import PLAYER_ORIGINS


@method_decorator(csp_update({"frame-src": PLAYER_ORIGINS}), name="dispatch")
class PublishableDetail(DetailView):
    """Published: the page. Withdrawn: the page under its notice. Unpublished: 410 or a redirect.

    Published in the other language only: a 404 page that says so and offers it.
    """

    def get(self, request, *args, **kwargs):
        self.language = languages.active()
        self.object = self.find()
        if self.object is None:
            return self.missing()
        return self.render_to_response(self.get_context_data(object=self.object))

    def find(self):
        found = self.get_queryset().public(withdrawn=True)
        return found.filter(slug=self.kwargs["slug"]).first()

    def missing(self):
        """What stands at an address with nothing to read in this language."""
        everything = self.model.objects.filter(slug=self.kwargs["slug"])
        gone = everything.unpublished(self.language).first()
        if gone is not None:
            return self.gone(gone)
        there = languages.other(self.language)
        elsewhere = everything.public(there, withdrawn=True).first()
        if elsewhere is None:
            return self.moved()
        return self.offer(elsewhere, there)

    def moved(self):
        """A former address leads to the present one, in every language that can be read there."""
        item = slugs.follow(self.model, self.kwargs["slug"])
        if item is None or not item.public_languages(withdrawn=True):
            raise Http404
        response = HttpResponsePermanentRedirect(item.get_absolute_url(self.language))
        response["Cache-Control"] = "public, max-age=300"
        return response

    def gone(self, item):
        replacement = getattr(item, column("replacement", self.language))
        if replacement := replacement and end_of(replacement):
            response = HttpResponseRedirect(replacement)
            response["Cache-Control"] = "public, max-age=300"
            return response
        context = {"reason": item.notice, "nav_key": self.nav_key(item)}
        if not item.public_languages(withdrawn=True):
            context["page_urls"] = error_urls(self.request)
        return TemplateResponse(self.request, "410.html", context, status=410)

    def offer(self, item, there):
        other = Switch(
            item.get_absolute_url(there), languages.OWN_NAMES[there], languages.TAGS[there]
        )
        context = {
            "other_language": other,
            "title": item.title_in(there),
            "nav_key": self.nav_key(item),
        }
        return TemplateResponse(self.request, "404.html", context, status=404)

    def nav_key(self, item) -> str:
        """Which entry of the menu this page belongs to."""
        raise NotImplementedError

    def get_context_data(self, **kwargs):
        published = self.object.public_languages(withdrawn=True)
        there = languages.other(self.language)
        return super().get_context_data(
            page_urls=page_urls(self.request, published),
            other_language_published=there in published,
            is_withdrawn=self.object.is_withdrawn(self.language),
            nav_key=self.nav_key(self.object),
            **kwargs,
        )
