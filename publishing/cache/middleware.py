import logging

from publishing.cache.away import away_response
from publishing.cache.database import AWAY, drop, is_away, snapshot
from publishing.cache.shared import rendering_of

logger = logging.getLogger(__name__)

# Keys of the WSGI environment, set by the page cache.
RENDERING = "publishing.cache.rendering"
KNOWN_AWAY = "publishing.cache.away"


class DatabaseAway:
    """Shows a public page the database at one moment, and answers 503 where it is away.

    Stands within the middleware that sets security headers and before all that reads the
    database.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self._answer(request)
        if response.status_code == 500 and is_away():
            # What failed may have been an error page or another middleware: no exception of
            # theirs passes here.
            response = self._away(request, "an error page could not be made")
        if response.status_code >= 400:
            # A shared cache may keep a 404 or 410 for as long as it likes, unless it is told.
            response.headers.setdefault("Cache-Control", "no-cache")
        return response

    def _answer(self, request):
        if KNOWN_AWAY in request.META:
            return away_response(request.path_info)
        rendering = request.META.get(RENDERING)
        if rendering is None:
            return self.get_response(request)
        return self._at_one_moment(request, rendering)

    def process_exception(self, request, exception):
        if isinstance(exception, AWAY):
            return self._away(request, exception)
        return None

    def _at_one_moment(self, request, rendering):
        response = None
        try:
            with snapshot() as generation:
                rendering.begin(generation)
                with rendering_of(rendering.version):
                    response = self.get_response(request)
        except AWAY as error:
            # Also where only the end of the transaction fails: the page may be half of one.
            rendering.fail()
            if response is None or response.status_code < 500:
                return self._away(request, error)
        return response

    def _away(self, request, error):
        logger.error("The database did not answer for %s: %s", request.path, error)
        drop()
        return away_response(request.path_info)
