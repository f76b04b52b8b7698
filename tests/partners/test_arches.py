import datetime
import itertools
import re

import pytest

from partners import arches
from partners.arches import Axis, Span

TODAY = datetime.date(2026, 11, 24)


def day(year, month=1, of_month=1):
    return datetime.date(year, month, of_month)


def numbers(path):
    return [float(number) for number in re.findall(r"-?\d+\.?\d*", path)]


def crown(arch):
    """How high an arch rises: the second radius of its ellipse."""
    return numbers(arch.path)[3]


def test_the_first_of_january_is_the_whole_year():
    assert arches.year_of(day(2021)) == 2021
    assert arches.year_of(day(2021, 7, 2)) == pytest.approx(2021.5, abs=0.002)
    assert arches.year_of(day(2020, 12, 31)) == pytest.approx(2021, abs=0.003)


def test_the_line_of_years_reaches_from_before_the_first_to_after_the_last():
    spans = [Span(day(2018, 3, 27), day(2028, 3, 26)), Span(day(2020, 9, 25), day(2031, 1, 1))]
    axis = arches.viaduct_axis(spans, TODAY)
    assert (axis.first, axis.last) == (2017.4, 2032)


def test_a_table_begins_and_ends_with_an_even_year():
    axis = arches.even_axis(day(2015, 9, 1), day(2031, 9, 24), TODAY)
    assert (axis.first, axis.last) == (2014, 2032)


def test_today_is_always_in_the_picture():
    for axis in (
        arches.even_axis(day(2010), day(2012), TODAY),
        arches.even_axis(day(2040), day(2041), TODAY),
        arches.viaduct_axis([Span(day(2010), day(2012))], TODAY),
    ):
        assert 0 <= axis.fraction(arches.year_of(TODAY)) <= 1


def test_a_register_without_agreements_still_has_a_line_of_years():
    drawn = arches.viaduct([], TODAY)
    assert drawn.arches == []
    assert 2026 in [tick.year for tick in drawn.ticks]
    assert arches.even_axis(None, None, TODAY).years >= 4


@pytest.mark.parametrize("years", [1, 5, 14, 30, 75, 180, 700])
def test_years_are_never_crowded(years):
    ticks = Axis(1990.3, 1990.3 + years).ticks(at_most=20)
    assert len(ticks) <= 21
    assert all(1990.3 <= year <= 1990.3 + years for year in ticks)


def test_an_arch_rises_at_the_signature_and_lands_on_the_last_day():
    drawn = arches.viaduct([Span(day(2020), day(2030))], TODAY)
    axis = arches.viaduct_axis([Span(day(2020), day(2030))], TODAY)
    left, base, radius, _height, *_flags, right, landing = numbers(drawn.arches[0].path)
    assert (left, right) == pytest.approx(
        (1200 * axis.fraction(2020), 1200 * axis.fraction(2030)), abs=0.06
    )
    assert radius == pytest.approx((right - left) / 2, abs=0.06)
    assert base == landing == arches.BASE


def test_the_longest_arch_is_drawn_first_and_reaches_the_top():
    spans = [Span(day(2020), day(2023)), Span(day(2020), day(2030)), Span(day(2020), day(2025))]
    drawn = arches.viaduct(spans, TODAY).arches
    heights = [crown(arch) for arch in drawn]
    assert heights == sorted(heights, reverse=True)
    assert heights[0] == arches.BASE - arches.TOP
    assert heights[2] == pytest.approx(heights[0] * 0.3**0.8, rel=0.01)


def test_the_reflection_is_flatter_and_lies_below_the_water():
    arch = arches.viaduct([Span(day(2020), day(2030))], TODAY).arches[0]
    assert numbers(arch.reflection)[3] == pytest.approx(crown(arch) * 0.26, abs=0.06)
    assert (numbers(arch.path)[6], numbers(arch.reflection)[6]) == (1, 0)


def test_an_agreement_without_an_end_leaves_the_picture_on_the_right():
    arch = arches.viaduct([Span(day(2020), is_evergreen=True)], TODAY).arches[0]
    assert numbers(arch.path)[-2] > arches.WIDTH
    assert arch.feet.count("M") == 1


def test_an_unknown_term_gives_an_open_arch_without_a_right_foot():
    arch = arches.viaduct([Span(day(2020), look="open")], TODAY).arches[0]
    assert numbers(arch.path)[-1] < arches.BASE
    assert arch.feet.count("M") == 1
    assert not arch.closed


@pytest.mark.parametrize(
    "look, closed", [("active", True), ("soon", True), ("lapsed", False), ("open", False)]
)
def test_only_what_is_in_force_is_filled_in_a_row(look, closed):
    axis = arches.even_axis(day(2018), day(2030), TODAY)
    row = arches.row(Span(day(2020), day(2028), look=look), axis, TODAY)
    assert row.arch.closed is closed
    assert row.arch.look == look


def test_the_dates_of_a_row_begin_at_the_left_foot():
    axis = Axis(2018, 2032)
    row = arches.row(Span(day(2025), day(2028)), axis, TODAY)
    assert row.foot == "50%"
    assert numbers(row.arch.path)[0] == arches.ROW_WIDTH / 2


def test_a_row_without_any_date_shows_the_years_and_no_arch():
    row = arches.row(None, Axis(2018, 2032), TODAY)
    assert (row.arch, row.foot) == (None, "0%")
    assert row.grid.count("M") == 8


def test_the_grid_of_a_row_has_a_line_every_two_years_and_the_last_bears_no_year():
    axis = Axis(2018, 2032)
    assert [tick.year for tick in arches.row_ticks(axis)] == list(range(2018, 2032, 2))


def test_arches_never_leave_their_box_at_the_top():
    spans = [
        Span(day(2020), end, is_evergreen=end is None) for end in (day(2020, 1, 2), day(2060), None)
    ]
    axis = arches.even_axis(day(2020), day(2060), TODAY)
    rows = [arches.row(span, axis, TODAY).arch for span in spans]
    minis = arches.miniature(spans, axis, TODAY).arches
    assert all(0 < crown(arch) <= arches.ROW_HEIGHT for arch in rows)
    assert all(0 < crown(arch) <= arches.MINI_HEIGHT for arch in minis)


def test_a_miniature_names_the_years_at_its_ends():
    axis = arches.even_axis(day(2015), day(2031, 5, 1), TODAY)
    drawn = arches.miniature([Span(day(2016), day(2021), look="lapsed", slot=4)], axis, TODAY)
    assert (drawn.first, drawn.last) == (2014, 2032)
    assert [(arch.look, arch.slot) for arch in drawn.arches] == [("lapsed", 4)]


def test_a_longer_term_never_gives_a_lower_arch():
    axis = arches.even_axis(day(2010), day(2040), TODAY)
    heights = [
        crown(arches.row(Span(day(2010), day(2010 + years)), axis, TODAY).arch)
        for years in range(1, 30)
    ]
    assert all(a <= b for a, b in itertools.pairwise(heights))


def test_paths_are_plain_numbers_whatever_the_dates():
    spans = [Span(day(1), day(9999, 12, 31)), Span(day(2020), day(2020))]
    drawn = arches.viaduct(spans, TODAY).arches
    assert drawn
    for arch in drawn:
        assert "nan" not in arch.path and "e" not in arch.path
