"""What many pages have in common, read once for each version of the content.

A version is what a page's ``Moment`` names: the generation of the snapshot it is rendered from,
the next due instant, the code and the settings. Equal versions see the same public content.
"""

from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from itertools import islice

from django.utils.translation import get_language

# More results than these of one function are results of readers' questions: those are not kept.
MOST = 128

_version = ContextVar("version", default="")


@contextmanager
def rendering_of(version):
    """Everything inside is rendered from one snapshot that is known as ``version``."""
    token = _version.set(version)
    try:
        yield
    finally:
        _version.reset(token)


class Shared:
    """What one function or one part of a template made of the newest version it has seen."""

    def __init__(self):
        self._held = ("", {})

    def get(self, arguments, make):
        version = _version.get()
        if not version:
            return make()
        held = self._held
        if held[0] != version:
            held = self._held = (version, {})
        results, key = held[1], (get_language(), *arguments)
        if key in results:
            return results[key]
        result = make()
        if len(results) < MOST:
            results[key] = result
        return result


def once_per_version(function):
    """Decorate a function of hashable arguments that reads public content.

    Its result may depend on the arguments, the active language, the clock (as far as due instants
    tell of it) and rows that bump the generation, not on pageviews. Readers share it, so nobody
    may change it. Outside the rendering of a cached page it is computed each time.
    """
    results = Shared()

    @wraps(function)
    def shared(*arguments):
        return results.get(arguments, lambda: function(*arguments))

    return shared


def each_once_per_version(most):
    """The same for a function of many keys, which gives results by key: only keys whose result
    is not kept are asked for. Of the results the latest ``most`` are kept.

    ``known`` is handed on: what the caller knows of the keys, so that nobody need read it again.
    """

    def decorate(function):
        kept = ("", {})

        @wraps(function)
        def shared(keys, *known):
            nonlocal kept
            version = _version.get()
            if not version:
                return function(keys, *known) if keys else {}
            held = kept
            if held[0] != version:
                held = kept = (version, {})
            results, language = held[1], get_language()
            found = {key: results.get((language, key)) for key in keys}
            if missing := [key for key, result in found.items() if result is None]:
                made = function(missing, *known)
                found |= made
                results.update({(language, key): result for key, result in made.items()})
                # Another thread may be taking away the same ones.
                for old in list(islice(results, max(len(results) - most, 0))):
                    results.pop(old, None)
            return {key: result for key, result in found.items() if result is not None}

        return shared

    return decorate
