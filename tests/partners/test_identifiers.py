"""Numbers of institutions in the registries of the world."""

import pytest
from django.core.exceptions import ValidationError

from partners import identifiers
from partners.models import InstitutionIdentifier
from tests.builders import make_institution

RIGHT = [
    ("ror", "https://ror.org/013meh722", "013meh722"),
    ("ror", "03angcq70", "03angcq70"),
    ("ror", "ROR.org/01RXVG760", "01rxvg760"),
    ("isni", "0000 0001 2188 5934", "0000000121885934"),
    ("isni", "https://isni.org/isni/0000000121885934", "0000000121885934"),
    ("wikidata", "https://www.wikidata.org/wiki/Q35794", "Q35794"),
    ("grid", "grid.5335.0", "grid.5335.0"),
    ("fundref", "https://doi.org/10.13039/501100000735", "501100000735"),
    ("uscc", "91350100m000100y43", "91350100M000100Y43"),
]


@pytest.mark.parametrize(("scheme", "typed", "stored"), RIGHT)
def test_an_identifier_is_read_however_it_was_copied(scheme, typed, stored):
    assert identifiers.read(scheme, typed) == stored


@pytest.mark.parametrize(
    ("scheme", "typed"),
    [
        ("ror", "013meh723"),
        ("ror", "013mel722"),
        ("ror", "13meh722"),
        ("isni", "0000000121885935"),
        ("wikidata", "P31"),
        ("wikidata", "Q0"),
        ("grid", "grid.x"),
        ("fundref", "735"),
        ("uscc", "91350100M000100Y44"),
        ("uscc", "91350100I000100Y43"),
    ],
)
def test_a_wrong_form_or_check_digit_is_no_identifier(scheme, typed):
    with pytest.raises(ValueError):
        identifiers.read(scheme, typed)


@pytest.mark.parametrize(("scheme", "_typed", "stored"), [r for r in RIGHT if r[0] != "grid"])
def test_two_digits_changed_places_are_noticed_where_there_is_a_check_digit(scheme, _typed, stored):
    if scheme in ("wikidata", "fundref"):
        return
    pairs = [
        stored[:i] + stored[i + 1] + stored[i] + stored[i + 2 :]
        for i in range(len(stored) - 1)
        if stored[i] != stored[i + 1]
    ]
    for wrong in pairs:
        with pytest.raises(ValueError):
            identifiers.read(scheme, wrong)


@pytest.mark.django_db
def test_the_form_says_what_is_wrong_and_stores_the_plain_value():
    cambridge = make_institution()
    row = InstitutionIdentifier(
        institution=cambridge, scheme="ror", value="https://ror.org/013meh722"
    )
    row.full_clean()
    assert (row.value, row.address) == ("013meh722", "https://ror.org/013meh722")
    row.value = "013meh721"
    with pytest.raises(ValidationError, match="no valid identifier of ROR"):
        row.full_clean()


@pytest.mark.django_db
def test_one_identifier_belongs_to_one_institution():
    InstitutionIdentifier.objects.create(
        institution=make_institution(), scheme="wikidata", value="Q35794"
    )
    again = InstitutionIdentifier(institution=make_institution(), scheme="wikidata", value="q35794")
    with pytest.raises(ValidationError, match="on record already"):
        again.full_clean()
