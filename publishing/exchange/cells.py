"""Cells of a spreadsheet: safe from being computed, and lists of records in one cell.

Records of a list stand apart by ";" and their parts by "|"; a backslash before either, or before
a backslash, makes it a plain character, and "\\n" is a line break.
"""

import re

# A cell that starts with one of these is a formula to a spreadsheet; so are the full-width forms.
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
_PIECE = re.compile(r"\\.|[;|]|[^\\;|]+|\\$", re.DOTALL)
_ESCAPED = re.compile(r"[\\;|]")


def plain_cell(value) -> str:
    """``value`` so that no spreadsheet computes it; ``taken_back`` undoes it."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip("'").startswith(FORMULA_STARTS) else text


def taken_back(cell: str) -> str:
    if cell.startswith("'") and cell.lstrip("'").startswith(FORMULA_STARTS):
        return cell[1:]
    return cell


def joined(records) -> str:
    """A list of lists of texts as one cell; empty parts at the end are left out."""
    return "; ".join("|".join(map(_escaped, _trimmed(record))) for record in records)


def split(cell: str) -> list[list[str]]:
    records, record, part = [], [], ""
    for piece in _PIECE.findall(cell):
        if piece in (";", "|"):
            record.append(part.strip())
            part = ""
            if piece == ";":
                records.append(record)
                record = []
        elif piece.startswith("\\"):
            part += {"n": "\n", "": "\\"}.get(piece[1:], piece[1:])
        else:
            part += piece
    records.append([*record, part.strip()])
    return [record for record in records if any(record)]


def _escaped(part):
    return _ESCAPED.sub(r"\\\g<0>", part).replace("\n", "\\n")


def _trimmed(record):
    parts = list(record)
    while parts and not parts[-1]:
        parts.pop()
    return parts
