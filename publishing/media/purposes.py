"""What pictures are used for: the crop, the sizes and the encodings of each purpose.

Templates name a purpose, never pixels. Pure functions; nothing here knows a model or a folder.
"""

import io
from dataclasses import dataclass

from PIL import Image as Pillow

# Part of every rendition's address: raise it when crops or encodings change.
EDITION = "1"

CONTENT_TYPES = {
    "avif": "image/avif",
    "webp": "image/webp",
    "jpg": "image/jpeg",
    "png": "image/png",
}
ENCODINGS = {
    "avif": {"format": "AVIF", "quality": 60, "speed": 6},
    "webp": {"format": "WEBP", "quality": 80, "method": 4},
    "jpg": {"format": "JPEG", "quality": 82, "optimize": True, "progressive": True},
    "png": {"format": "PNG", "optimize": True},
}
# Flat colours and sharp edges show what photographs forgive.
DRAWING_ENCODINGS = ENCODINGS | {
    "avif": {"format": "AVIF", "quality": 80, "speed": 6, "subsampling": "4:4:4"},
    "webp": {"format": "WEBP", "lossless": True, "method": 4},
}


@dataclass(frozen=True)
class Purpose:
    """One use of pictures.

    ``widths`` are nominal, the largest first: no rendition is wider than its crop. With a
    ``ratio`` the picture is cropped to it, around the focal point; without, it keeps its own and
    fits below ``max_height``. ``opaque`` fills transparency with white, for readers that would
    show black. ``sizes`` is the usual value of the HTML attribute of that name.
    """

    name: str
    widths: tuple[int, ...]
    ratio: tuple[int, int] | None = None
    max_height: int | None = None
    opaque: bool = False
    sizes: str = ""

    @property
    def recipe(self):
        """Everything about the purpose that changes the pixels."""
        return f"{EDITION} {self.name} {self.ratio} {self.max_height} {self.opaque}"

    @property
    def fills_column(self):
        """Whether the picture is as wide as the text allows, rather than its own size."""
        return self.max_height is None

    def crop(self, width, height, focal=(0.5, 0.5)):
        """The part of a picture that is shown, as left, upper, right, lower."""
        if self.ratio is None:
            return 0, 0, width, height
        across, down = self.ratio
        crop_width = min(width, height * across / down)
        crop_height = crop_width * down / across
        left = _clamp(focal[0] * width - crop_width / 2, width - crop_width)
        upper = _clamp(focal[1] * height - crop_height / 2, height - crop_height)
        return left, upper, left + crop_width, upper + crop_height

    def size(self, width, height, nominal):
        """Width and height in pixels of the rendition of a picture at a nominal width."""
        left, upper, right, lower = self.crop(width, height)
        shown = right - left, lower - upper
        scale = min(1, nominal / shown[0], (self.max_height or shown[1]) / shown[1])
        return max(1, round(shown[0] * scale)), max(1, round(shown[1] * scale))

    def distinct_widths(self, width, height):
        """The nominal widths worth offering, the largest first: no two give the same size."""
        by_size = {self.size(width, height, nominal): nominal for nominal in self.widths[::-1]}
        return sorted(by_size.values(), reverse=True)


def _clamp(value, upper):
    return max(0.0, min(value, upper))


PURPOSES = {
    purpose.name: purpose
    for purpose in (
        Purpose("hero", (1600, 800), ratio=(12, 5), sizes="(min-width: 76rem) 74rem, 100vw"),
        Purpose("lead", (1280, 640), ratio=(16, 10), sizes="(min-width: 60rem) 43rem, 100vw"),
        Purpose("card", (640, 320), ratio=(16, 10), sizes="(min-width: 45rem) 20rem, 100vw"),
        Purpose("row", (352, 176), ratio=(4, 3), sizes="11rem"),
        Purpose("inline", (1280, 640), sizes="(min-width: 45rem) 40rem, 100vw"),
        Purpose("poster", (1408, 704), ratio=(16, 9), sizes="(min-width: 46rem) 44rem, 100vw"),
        Purpose("portrait", (162, 108, 54), ratio=(27, 31), sizes="54px"),
        Purpose("thumb", (240,), max_height=240),
        Purpose("social", (1200,), ratio=(1200, 630), opaque=True),
        Purpose("square", (600, 300, 96), ratio=(1, 1), sizes="18.75rem"),
        Purpose("logo", (1200,), max_height=240),
    )
}


def render(file, purpose, nominal, extension, focal):
    """The encoded rendition of a master, given as an open binary file."""
    with Pillow.open(file, formats=("JPEG", "PNG")) as master:
        encodings = DRAWING_ENCODINGS if master.format == "PNG" else ENCODINGS
        pixels = master.resize(
            purpose.size(*master.size, nominal),
            Pillow.Resampling.LANCZOS,
            box=purpose.crop(*master.size, focal),
            reducing_gap=3.0,
        )
    if purpose.opaque or extension == "jpg":
        pixels = _on_white(pixels)
    content = io.BytesIO()
    pixels.save(content, **encodings[extension])
    return content.getvalue()


def _on_white(pixels):
    if pixels.mode != "RGBA":
        return pixels
    ground = Pillow.new("RGB", pixels.size, "white")
    ground.paste(pixels, mask=pixels.getchannel("A"))
    return ground
