import re
from functools import lru_cache

import segno

_DARK = re.compile(b"\x01+")


@lru_cache(maxsize=512)
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
