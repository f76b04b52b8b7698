from django import template

from publishing.cache.frames import Frames
from publishing.media.purposes import PURPOSES
from publishing.media.renditions import rendition, renditions, srcset

register = template.Library()

FRAMES = Frames("media/_picture.html")


@register.simple_tag
def picture(image, purpose, *, sizes="", eager=None, alt=None):
    """An image for one of ``purposes.PURPOSES``, in AVIF, WebP and JPEG or PNG.

    ``eager`` is for the one picture that opens a page, as a hero does. ``alt`` replaces the
    library's description where the picture stands for something else; an empty one makes it
    decoration.
    """
    fallback = renditions(image, purpose)
    several = len(fallback) > 1
    width, height = fallback[0].size
    texts = {
        "avif": srcset(renditions(image, purpose, "avif")),
        "webp": srcset(renditions(image, purpose, "webp")),
        "largest.url": fallback[0].url,
        "largest.width": str(width),
        "largest.height": str(height),
        "srcset": srcset(fallback) if several else "",
        "sizes": (sizes or PURPOSES[purpose].sizes) if several else "",
        "alt": image.alt_for_reader if alt is None else alt,
    }
    eager = purpose == "hero" if eager is None else eager
    return FRAMES.drawn([texts | {"purpose": PURPOSES[purpose], "eager": eager}])


@register.simple_tag
def image_url(image, purpose):
    """The path of the largest rendition in the format that every reader knows."""
    return rendition(image, purpose).url


@register.inclusion_tag("components/_embed.html")
def video(film):
    """A video of the library: a poster of ours, and nothing from its host before a click."""
    return {
        "film": film,
        "sources": film.sources,
        "title": film.heading or film.title,
        "poster": film.poster,
    }
