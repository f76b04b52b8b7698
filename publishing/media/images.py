"""The way in for pictures: what is accepted, and the form in which it is kept.

Pure functions of Pillow; nothing here knows a model, a request or a folder.
"""

import hashlib
import io
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image as Pillow
from PIL import ImageCms, ImageOps, UnidentifiedImageError

from publishing.media.uploads import size_within

ACCEPTED = ("JPEG", "PNG", "WEBP", "AVIF", "GIF")
MAX_BYTES = 25 * 1024 * 1024
MAX_PIXELS = 50_000_000
MIN_SIDE = 16
# Longer strips would outgrow the 16,383 pixels that WebP allows at the widest rendition.
MAX_ASPECT = 12
# A picture with no more colours than this is a drawing: JPEG would fray its edges.
DRAWING_COLOURS = 4096

# The second guard: wherever Pillow opens a file in this process, it stops at twice this number.
Pillow.MAX_IMAGE_PIXELS = MAX_PIXELS

DAMAGED = gettext_lazy(
    "This picture is damaged or incomplete. Open it in a picture program, save it again and "
    "upload the new file."
)


class PictureRefused(ValidationError):
    """The file is not a picture that the portal keeps; the message says why, to an editor."""


@dataclass(frozen=True)
class Master:
    """A picture as it is kept: upright, in sRGB, without metadata, freshly encoded."""

    content: bytes
    extension: str
    width: int
    height: int

    @property
    def sha256(self):
        return hashlib.sha256(self.content).hexdigest()


def intake(file):
    """The master of an uploaded ``file`` (a seekable binary file), or ``PictureRefused``.

    The content decides, never the name. Of an animated GIF, WebP or AVIF only the first frame
    is kept. Size, sides and pixel count are judged before a single pixel is decoded.
    """
    size_within(MAX_BYTES, file, PictureRefused)
    picture = _open(file)
    _check_sides(picture)
    lossy = picture.format in ("JPEG", "MPO")
    pixels = _decoded(picture)
    return _as_photograph(pixels) if lossy or not _is_drawing(pixels) else _as_drawing(pixels)


def _open(file):
    """The picture with its header read and nothing decoded."""
    head = file.read(1024)
    file.seek(0)
    try:
        return Pillow.open(file, formats=ACCEPTED)
    except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except UnidentifiedImageError as error:
        raise _refusal(head) from error
    except Exception as error:
        # The decoders raise whatever their parsers stumble over, from struct.error to KeyError.
        raise PictureRefused(DAMAGED, code="damaged") from error


def _check_sides(picture):
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise _too_many_pixels()
    if min(width, height) < MIN_SIDE:
        raise PictureRefused(
            _("This picture is too small (%(width)d × %(height)d pixels)."),
            code="too_small",
            params={"width": width, "height": height},
        )
    if max(width, height) > MAX_ASPECT * min(width, height):
        raise PictureRefused(
            _("This picture is too narrow a strip (%(width)d × %(height)d pixels)."),
            code="too_narrow",
            params={"width": width, "height": height},
        )


def _too_many_pixels():
    return PictureRefused(
        _("This picture has too many pixels. The limit is %(limit)d million."),
        code="too_many_pixels",
        params={"limit": MAX_PIXELS // 1_000_000},
    )


def _refusal(head):
    """Why a file that is none of the accepted formats is refused, told from its first bytes."""
    if _looks_like_svg(head):
        return PictureRefused(
            _("SVG drawings are not accepted, because they can carry programs. Export it as PNG."),
            code="svg",
        )
    if _claims_an_accepted_format(head):
        return PictureRefused(DAMAGED, code="damaged")
    if name := _format_name(head):
        return PictureRefused(
            _("%(format)s files are not accepted. Save it as JPEG, PNG, WebP, AVIF or GIF."),
            code="format",
            params={"format": name},
        )
    return PictureRefused(
        _("This file is not a picture. Choose a JPEG, PNG, WebP, AVIF or GIF file."),
        code="not_a_picture",
    )


def _looks_like_svg(head):
    text = head.decode("utf-8-sig", errors="ignore").lstrip().lower()
    return text.startswith("<svg") or (text.startswith(("<?xml", "<!")) and "<svg" in text)


def _claims_an_accepted_format(head):
    return (
        head.startswith((b"\xff\xd8\xff", b"\x89PNG", b"GIF87a", b"GIF89a"))
        or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")
        or (head[4:8] == b"ftyp" and head[8:12] in (b"avif", b"avis"))
    )


def _decoded(picture):
    """The first frame, upright, eight bits per channel, in sRGB; RGBA only where it shows."""
    try:
        picture.load()
        # The orientation is lost with the other metadata, so it is applied first.
        ImageOps.exif_transpose(picture, in_place=True)
        return _in_srgb(_eight_bits(picture))
    except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except Exception as error:
        # As in _open: a damaged file can raise anything.
        raise PictureRefused(DAMAGED, code="damaged") from error


def _eight_bits(picture):
    """Grey PNG of sixteen bits per pixel would be clipped to white by a plain conversion."""
    if not picture.mode.startswith("I"):
        return picture
    grey = picture.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    grey.info = picture.info
    return grey


def _in_srgb(picture):
    profile = picture.info.get("icc_profile")
    alpha = None
    if picture.has_transparency_data:
        alpha = picture.convert("RGBA").getchannel("A")
    colours = _converted(picture, profile) if profile else None
    if colours is None:
        # No copy where none is needed: fifty million pixels are two hundred megabytes.
        colours = picture if picture.mode == "RGB" else picture.convert("RGB")
    if alpha and alpha.getextrema() != (255, 255):
        colours.putalpha(alpha)
    return colours


def _converted(picture, profile):
    """The colours that the embedded profile means; nothing where the profile is unusable."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}[source.profile.xcolor_space.strip()]
        if (mode == "CMYK") != (picture.mode == "CMYK"):
            return None
        target = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(picture.convert(mode), source, target, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, KeyError, ValueError):
        return None


def _is_drawing(pixels):
    return pixels.mode == "RGBA" or pixels.getcolors(DRAWING_COLOURS) is not None


def _as_drawing(pixels):
    return _master(pixels, "png", format="PNG")


def _as_photograph(pixels):
    return _master(pixels, "jpg", format="JPEG", quality=92, optimize=True, progressive=True)


def _master(pixels, extension, **options):
    # The encoders write comments, profiles and resolutions that they find here.
    pixels.info = {}
    content = io.BytesIO()
    pixels.save(content, **options)
    return Master(content.getvalue(), extension, *pixels.size)


def _format_name(head):
    """The name of a well-known format that editors try and the portal does not take."""
    if head[4:8] == b"ftyp":
        brands = head[8:40]
        return "HEIC" if any(brand in brands for brand in (b"heic", b"heix", b"hevc")) else None
    for start, name in (
        (b"BM", "BMP"),
        (b"II*\0", "TIFF"),
        (b"MM\0*", "TIFF"),
        (b"II+\0", "TIFF"),
        (b"%PDF", "PDF"),
        (b"%!PS", "PostScript"),
        (b"8BPS", "Photoshop"),
        (b"\0\0\1\0", "ICO"),
        (b"\0\0\0\x0cjP", "JPEG 2000"),
        (b"\xff\x0a", "JPEG XL"),
        (b"\0\0\0\x0cJXL", "JPEG XL"),
    ):
        if head.startswith(start):
            return name
    return None
