from django import template

from publishing.media.purposes import CONTENT_TYPES, PURPOSES
from publishing.media.renditions import rendition, renditions, srcset

register = template.Library()


@register.inclusion_tag("media/_picture.html")
def picture(image, purpose, *, sizes="", eager=None, alt=None):
    """An image for one of ``purposes.PURPOSES``, in AVIF, WebP and JPEG or PNG.

    ``eager`` is for the one picture that opens a page, as a hero does. ``alt`` replaces the
    library's description where the picture stands for something else; an empty one makes it
    decoration.
    """
    fallback = renditions(image, purpose)
    several = len(fallback) > 1
    return {
        "purpose": PURPOSES[purpose],
        "sources": [
            (CONTENT_TYPES[extension], srcset(renditions(image, purpose, extension)))
            for extension in ("avif", "webp")
        ],
        "largest": fallback[0],
        "srcset": srcset(fallback) if several else "",
        "sizes": (sizes or PURPOSES[purpose].sizes) if several else "",
        "eager": purpose == "hero" if eager is None else eager,
        "alt": image.alt_for_reader if alt is None else alt,
    }


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
