from functools import lru_cache

import segno


@lru_cache(maxsize=512)
def qr_code(address: str) -> tuple[str, int]:
    """The QR code of ``address``: SVG path data of strokes one unit wide, and its side in units.

    Error correction is of level M: the code is read from screens, and from folded paper too.
    """
    # Any of the eight masks can be read; to weigh them all takes ten times as long.
    rows = segno.make(address, error="m", micro=False, mask=0).matrix
    strokes = []
    for y, row in enumerate(rows):
        start = None
        for x, dark in enumerate([*row, 0]):
            if dark and start is None:
                start = x
            elif not dark and start is not None:
                strokes.append(f"M{start} {y + 0.5:g}h{x - start}")
                start = None
    return "".join(strokes), len(rows)
