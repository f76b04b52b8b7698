import re

import segno
from django.shortcuts import render
from django.urls import reverse

from publishing.cache.pages import public_page
from publishing.editorial.addresses import absolute

_DARK = re.compile(b"\x01+")


@public_page()
def release_code(request, slug):
    """The code of a release's page, a picture of its own: few readers open it."""
    address = absolute(reverse("news:release", kwargs={"slug": slug}))
    path, size = qr_code(address)
    context = {"path": path, "size": size}
    return render(request, "news/qr.svg", context, content_type="image/svg+xml")


def qr_code(address: str) -> tuple[str, int]:
    """The QR code of ``address``: SVG path data of strokes one unit wide, and its side in units.

    Error correction is of level M: the code is read from screens, and from folded paper too.
    """
    # Any of the eight masks can be read; to weigh them all takes ten times as long.
    rows = segno.make(address, error="m", micro=False, mask=0).matrix
    strokes = [
        f"M{stroke.start()} {y}.5h{stroke.end() - stroke.start()}"
        for y, row in enumerate(rows)
        for stroke in _DARK.finditer(bytes(row))
    ]
    return "".join(strokes), len(rows)
