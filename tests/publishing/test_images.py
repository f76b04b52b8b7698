"""What the intake accepts, refuses and keeps; how renditions are cropped and encoded."""

import io
import struct
import zlib

import pytest
from PIL import Image, ImageCms, ImageDraw

from publishing.media.images import MAX_BYTES, PictureRefused, intake
from publishing.media.purposes import PURPOSES, render

GPS, ORIENTATION, GPS_LATITUDE = 0x8825, 0x0112, 2


def photograph(size=(300, 200)):
    """Noise: it has more colours than a drawing."""
    return Image.merge("RGB", [Image.effect_noise(size, 90) for _channel in range(3)])


def halves(size=(300, 200), left="red", right="blue"):
    picture = Image.new("RGB", size, left)
    picture.paste(right, (size[0] // 2, 0, *size))
    return picture


def saved(picture, extension, **options):
    content = io.BytesIO()
    picture.save(content, format=extension, **options)
    content.seek(0)
    return content


def opened(master):
    return Image.open(io.BytesIO(master.content))


def refusal(content):
    with pytest.raises(PictureRefused) as caught:
        intake(io.BytesIO(content))
    return caught.value.messages[0]


def png_header(width, height):
    """A sound PNG as far as its header goes, with hardly any data behind it."""

    def chunk(kind, data):
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    start, end = chunk(b"IHDR", header), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + start + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + end


@pytest.mark.parametrize("extension", ["JPEG", "PNG", "WEBP", "AVIF", "GIF"])
def test_each_accepted_format_is_kept_at_its_size(extension):
    master = intake(saved(photograph(), extension))
    assert (master.width, master.height) == opened(master).size == (300, 200)
    assert opened(master).format == {"jpg": "JPEG", "png": "PNG"}[master.extension]


def test_photographs_become_jpeg_and_drawings_stay_without_loss():
    assert intake(saved(photograph(), "PNG")).extension == "jpg"
    assert intake(saved(photograph(), "WEBP")).extension == "jpg"
    drawing = intake(saved(halves(), "PNG"))
    assert drawing.extension == "png"
    assert opened(drawing).getpixel((10, 10)) == (255, 0, 0)


def test_a_phones_two_pictures_in_one_jpeg_are_accepted():
    content = saved(photograph(), "MPO", save_all=True, append_images=[photograph()])
    assert intake(content).extension == "jpg"


def test_the_content_decides_and_not_the_name():
    content = saved(photograph(), "PNG")
    content.name = "photograph.txt"
    assert intake(content).width == 300


@pytest.mark.parametrize("extension", ["GIF", "WEBP", "AVIF"])
def test_of_an_animation_the_first_frame_is_kept(extension):
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue", "lime")]
    content = saved(frames[0], extension, save_all=True, append_images=frames[1:], duration=100)
    kept = opened(intake(content))
    assert getattr(kept, "n_frames", 1) == 1
    red, green, blue = kept.convert("RGB").getpixel((32, 32))
    assert red > 240 and green < 15 and blue < 15


def test_place_camera_and_comments_are_removed():
    exif = Image.Exif()
    exif[0x010F] = "Camera Maker"
    exif.get_ifd(GPS)[GPS_LATITUDE] = (32.0, 3.0, 0.0)
    notes = {"comment": b"secret note", "xmp": b"<x>secret xmp</x>"}
    content = saved(photograph(), "JPEG", exif=exif, **notes)
    assert b"secret" in content.getvalue() and b"Camera Maker" in content.getvalue()
    assert Image.open(content).getexif().get_ifd(GPS)

    master = intake(content)
    kept = opened(master)
    assert not kept.getexif() and not kept.getexif().get_ifd(GPS)
    assert not {"exif", "xmp", "comment", "icc_profile", "photoshop"} & set(kept.info)
    assert b"secret" not in master.content and b"Camera" not in master.content


@pytest.mark.parametrize("extension", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_the_orientation_is_applied_before_it_is_removed(extension):
    exif = Image.Exif()
    exif[ORIENTATION] = 6  # the camera was turned: what is left must come out on top
    master = intake(saved(halves((300, 200)), extension, exif=exif))
    kept = opened(master).convert("RGB")
    assert kept.size == (200, 300)
    assert kept.getpixel((100, 20))[0] > 200 and kept.getpixel((100, 280))[2] > 200


def test_what_follows_the_picture_is_gone():
    content = saved(photograph(), "JPEG").getvalue() + b"<script>alert(1)</script>"
    assert b"<script>" not in intake(io.BytesIO(content)).content


def test_transparency_is_kept_where_it_shows():
    glass = Image.new("RGBA", (60, 40), (255, 0, 0, 100))
    kept = opened(intake(saved(glass, "WEBP", lossless=True)))
    assert kept.mode == "RGBA" and kept.getpixel((5, 5)) == (255, 0, 0, 100)

    opaque = photograph().convert("RGBA")
    assert intake(saved(opaque, "PNG")).extension == "jpg"


def test_a_transparent_gif_stays_transparent():
    picture = Image.new("P", (40, 40), 0)
    picture.putpalette([255, 0, 0, 0, 0, 255])
    picture.paste(1, (0, 0, 20, 40))
    kept = opened(intake(saved(picture, "GIF", transparency=1)))
    assert kept.getpixel((5, 5))[3] == 0 and kept.getpixel((30, 5)) == (255, 0, 0, 255)


def test_pictures_for_the_press_come_out_of_cmyk():
    picture = Image.new("CMYK", (80, 60), (0, 255, 255, 0))
    red, green, blue = opened(intake(saved(picture, "JPEG"))).convert("RGB").getpixel((9, 9))
    assert red > 200 and green < 60 and blue < 60


def test_grey_of_sixteen_bits_keeps_its_shades():
    row = struct.pack("<64H", *[0x2000] * 32, *[0x8000] * 32)
    picture = Image.frombytes("I;16", (64, 64), row * 64)
    kept = opened(intake(saved(picture, "PNG"))).convert("L")
    assert kept.getpixel((5, 5)) == pytest.approx(0x20, abs=1)
    assert kept.getpixel((50, 5)) == pytest.approx(0x80, abs=1)


def test_colours_are_converted_from_their_profile():
    wide = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    unusable = saved(halves(), "PNG", icc_profile=wide)
    assert opened(intake(unusable)).getpixel((5, 5)) == (255, 0, 0)

    standard = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    master = intake(saved(halves(), "PNG", icc_profile=standard))
    assert "icc_profile" not in opened(master).info
    assert opened(master).getpixel((5, 5)) == pytest.approx((255, 0, 0), abs=2)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not a picture"),
        (b"Dear editor, the picture follows.", "not a picture"),
        (b"<html><script>alert(1)</script></html>", "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- x -->\n<svg/>", "SVG"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"\xff\xd8\xff\xe0 and then nothing of a picture", "damaged"),
        (b"GIF89a<script>/*", "damaged"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "damaged"),
    ],
)
def test_what_is_no_picture_is_refused_with_the_reason(content, words):
    assert words in refusal(content)


@pytest.mark.parametrize(("extension", "name"), [("TIFF", "TIFF"), ("BMP", "BMP"), ("ICO", "ICO")])
def test_other_formats_are_refused_by_name(extension, name):
    message = refusal(saved(photograph((64, 64)), extension).getvalue())
    assert message.startswith(f"{name} files are not accepted")


@pytest.mark.parametrize("extension", ["JPEG", "PNG", "WEBP", "AVIF", "GIF"])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_half_a_picture_is_refused(extension, share):
    content = saved(photograph(), extension).getvalue()
    assert "damaged or incomplete" in refusal(content[: int(len(content) * share)])


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_too_many_pixels_are_refused_from_the_header_alone(monkeypatch):
    def decoded(*args, **options):
        raise AssertionError("a pixel was decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", decoded)
    assert "too many pixels" in refusal(png_header(60_000, 60_000))
    assert "too many pixels" in refusal(png_header(8_000, 7_000))


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_bomb_in_webp_is_refused():
    content = saved(Image.new("RGB", (16_000, 4_000)), "WEBP", lossless=True, method=0).getvalue()
    assert len(content) < 100_000
    assert "too many pixels" in refusal(content)


def test_files_that_are_too_large_are_refused_unread():
    class Endless(io.RawIOBase):
        def seek(self, offset, whence=0):
            return offset

        def tell(self):
            return MAX_BYTES + 1

        def read(self, size=-1):
            raise AssertionError("the file was read")

    with pytest.raises(PictureRefused, match="too large"):
        intake(Endless())


@pytest.mark.parametrize(("size", "words"), [((10, 400), "too small"), ((2000, 100), "too narrow")])
def test_dots_and_strips_are_refused(size, words):
    assert words in refusal(saved(Image.new("RGB", size), "PNG").getvalue())


def test_no_damage_gets_past_the_refusal():
    """Whatever the decoders stumble over becomes a sentence, never an error page."""
    for extension in ("JPEG", "PNG", "WEBP", "AVIF", "GIF"):
        sound = saved(photograph((40, 30)), extension).getvalue()
        for place in range(0, min(len(sound), 400), 3):
            damaged = bytearray(sound)
            damaged[place] ^= 0xFF
            try:
                assert intake(io.BytesIO(damaged)).width > 0
            except PictureRefused as error:
                assert error.messages[0]


@pytest.mark.parametrize(
    ("purpose", "nominal", "size"),
    [
        ("hero", 1600, (1600, 667)),
        ("hero", 800, (800, 333)),
        ("card", 640, (640, 400)),
        ("row", 352, (352, 264)),
        ("inline", 1280, (1280, 853)),
        ("thumb", 240, (240, 160)),
        ("social", 1200, (1200, 630)),
        ("square", 600, (600, 600)),
        ("logo", 1200, (360, 240)),
    ],
)
def test_each_purpose_has_its_size(purpose, nominal, size):
    assert PURPOSES[purpose].size(3000, 2000, nominal) == size


def test_nothing_is_made_larger_than_it_is():
    hero = PURPOSES["hero"]
    assert hero.size(1000, 800, 1600) == (1000, 417)
    assert hero.distinct_widths(3000, 2000) == [1600, 800]
    assert len(hero.distinct_widths(500, 500)) == 1
    assert PURPOSES["logo"].size(100, 50, 1200) == (100, 50)


@pytest.mark.parametrize(
    ("focal", "colour"), [((0.0, 0.5), "red"), ((1.0, 0.5), "blue"), ((0.1, 0.9), "red")]
)
def test_the_focal_point_stays_in_the_crop(focal, colour):
    master = intake(saved(halves((1200, 400)), "PNG"))
    content = render(io.BytesIO(master.content), PURPOSES["square"], 600, "png", focal)
    square = Image.open(io.BytesIO(content)).convert("RGB")
    assert square.size == (400, 400)
    assert square.getcolors() == [(160_000, {"red": (255, 0, 0), "blue": (0, 0, 255)}[colour])]


@pytest.mark.parametrize("extension", ["avif", "webp", "png"])
def test_renditions_keep_transparency(extension):
    picture = Image.new("RGBA", (600, 300), (0, 0, 0, 0))
    ImageDraw.Draw(picture).rectangle((200, 0, 400, 300), fill="red")
    master = intake(saved(picture, "PNG"))
    content = render(io.BytesIO(master.content), PURPOSES["logo"], 1200, extension, (0.5, 0.5))
    logo = Image.open(io.BytesIO(content)).convert("RGBA")
    assert logo.size == (480, 240)
    assert logo.getpixel((20, 20))[3] == 0 and logo.getpixel((240, 120))[3] == 255


def test_pictures_for_other_sites_stand_on_white():
    picture = Image.new("RGBA", (1200, 630), (0, 0, 0, 0))
    master = intake(saved(picture, "PNG"))
    content = render(io.BytesIO(master.content), PURPOSES["social"], 1200, "jpg", (0.5, 0.5))
    assert Image.open(io.BytesIO(content)).getpixel((600, 300)) == (255, 255, 255)
