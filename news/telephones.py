"""Telephone numbers: what a telephone dials for what is printed."""

import re

# A zero in brackets is dialled inside the country only: +44 (0)121 414 8254.
_INLAND_ZERO = re.compile(r"\(0\)")
_EXTENSION = re.compile(r"\s*(?:ext\.?|x|转|#)\s*(\d{1,6})\s*$", re.IGNORECASE)
_PRINTED = re.compile(r"[\d\s().\-/–]+")


def dialable(printed: str) -> str:
    """The number after ``tel:`` (RFC 3966), for example "+441214148254;ext=12".

    ValueError where there is no country code, or what is left has not 7 to 15 digits (E.164).
    """
    text = printed.strip()
    extension = _EXTENSION.search(text)
    if extension:
        text = text[: extension.start()]
    text = _INLAND_ZERO.sub("", text)
    if text.startswith("00"):
        text = f"+{text[2:]}"
    if not text.startswith("+") or not _PRINTED.fullmatch(text[1:]):
        raise ValueError(printed)
    digits = re.sub(r"\D", "", text)
    if not 7 <= len(digits) <= 15 or digits.startswith("0"):
        raise ValueError(printed)
    return f"+{digits}" + (f";ext={extension[1]}" if extension else "")
