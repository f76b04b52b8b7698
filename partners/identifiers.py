"""Identifiers of institutions: their form, their check digits, their registries.

Sources: ROR (identifier documentation, Crockford base 32 with ISO 7064 MOD 97-10), ISNI
(ISO 27729, ISO 7064 MOD 11-2), the Chinese unified social credit code (GB 32100-2015, modulo 31).
GRID, Wikidata and the Crossref funder registry have a form, but no published check digit.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

_ROR_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
_USCC_DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def _ror_is_right(value: str) -> bool:
    number = 0
    for digit in value[:7]:
        number = number * 32 + _ROR_DIGITS.index(digit)
    return int(value[7:]) == 98 - number * 100 % 97


def _isni_is_right(value: str) -> bool:
    total = 0
    for digit in value[:15]:
        total = (total + int(digit)) * 2
    return "0123456789X"[(12 - total % 11) % 11] == value[15]


def _uscc_is_right(value: str) -> bool:
    total = sum(
        _USCC_DIGITS.index(digit) * pow(3, place, 31) for place, digit in enumerate(value[:17])
    )
    return _USCC_DIGITS[(31 - total % 31) % 31] == value[17]


@dataclass(frozen=True)
class Scheme:
    """``form`` is what is stored; a prefix such as a registry's address may stand before it."""

    form: str
    prefixes: str = ""
    address: str = ""
    fold: Callable[[str], str] = str
    is_right: Callable[[str], bool] = bool


SCHEMES = {
    "ror": Scheme(
        f"0[{_ROR_DIGITS}]{{6}}[0-9]{{2}}",
        r"(?:https?://)?ror\.org/",
        "https://ror.org/{}",
        str.lower,
        _ror_is_right,
    ),
    "isni": Scheme(
        "[0-9]{15}[0-9X]",
        r"(?:https?://)?(?:www\.)?isni\.org/(?:isni/)?",
        "https://isni.org/isni/{}",
        str.upper,
        _isni_is_right,
    ),
    "wikidata": Scheme(
        "Q[1-9][0-9]*",
        r"(?:https?://)?(?:www\.)?wikidata\.org/(?:wiki|entity)/",
        "https://www.wikidata.org/wiki/{}",
        str.upper,
    ),
    "grid": Scheme(r"grid\.[0-9]{3,6}\.[0-9a-f]{1,2}", fold=str.lower),
    "fundref": Scheme(
        "1[0-9]{8,11}|5[0-9]{8,11}",
        r"(?:(?:https?://)?(?:dx\.)?doi\.org/)?10\.13039/",
        "https://doi.org/10.13039/{}",
    ),
    "uscc": Scheme(f"[{_USCC_DIGITS}]{{18}}", fold=str.upper, is_right=_uscc_is_right),
}


def read(scheme: str, text: str) -> str:
    """The identifier in ``text`` as it is stored. Raises ValueError where it is none."""
    known = SCHEMES[scheme]
    bare = re.sub(r"[\s ]", "", text)
    bare = re.sub(f"^{known.prefixes}", "", bare, flags=re.IGNORECASE) if known.prefixes else bare
    if scheme in ("isni", "uscc"):
        bare = bare.replace("-", "")
    value = known.fold(bare)
    if not re.fullmatch(known.form, value) or not known.is_right(value):
        raise ValueError(text)
    return value


def address(scheme: str, value: str) -> str:
    """Its page in the registry; empty where the registry has none."""
    return SCHEMES[scheme].address.format(value)
