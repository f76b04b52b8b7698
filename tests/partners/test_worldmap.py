import itertools
import math

import pytest

from partners import worldmap
from partners.worldmap import City

EUROPE = [
    City("Birmingham", 52.48142, -1.89983),
    City("Cambridge", 52.2, 0.11667, partners=3, is_home=True),
    City("Oxford", 51.75222, -1.25596),
    City("London", 51.50853, -0.12574),
]
CHINA = [
    City("Beijing", 39.9075, 116.39723, partners=2),
    City("Nanjing", 32.06167, 118.77778, partners=9, is_home=True),
    City("Shanghai", 31.22222, 121.45806),
    City("Hangzhou", 30.29365, 120.16142),
]


# Computed with the reference implementation of the projection in another language (d3-geo).
@pytest.mark.parametrize(
    "latitude, longitude, x, y",
    [
        (52.2053, 0.1218, 391.5574, 110.3190),
        (32.0603, 118.7969, 735.7250, 182.9155),
        (39.9042, 116.4074, 721.8107, 154.2604),
        (-33.8688, 151.2093, 830.6321, 423.7082),
        (37.7749, -122.4194, 24.2403, 162.0150),
        (61.2181, -149.9, 934.0973, 79.7476),
    ],
)
def test_cities_fall_where_the_land_was_projected(latitude, longitude, x, y):
    assert worldmap.project(latitude, longitude) == pytest.approx((x, y), abs=0.001)


def test_the_central_meridian_is_upright():
    assert {worldmap.project(latitude, 40)[0] for latitude in range(-60, 90, 15)} == {500}


def strokes():
    """The land as (y, left, right), read back from the relative path."""
    x = y = 0
    text = worldmap.land().replace("M", "m")
    for part in text.split("m")[1:]:
        move, width = part.split("h")
        dx, dy = (int(number) for number in move.replace("-", " -").split())
        x, y = x + dx, y + dy
        yield y, x, x + int(width)
        x += int(width)


def is_land(latitude, longitude):
    x, y = worldmap.project(latitude, longitude)
    return any(abs(row - y) <= 2 and left <= x <= right for row, left, right in strokes())


def test_the_land_lies_under_inland_cities_and_not_in_the_ocean():
    inland = {"Chengdu": (30.66, 104.06), "Madrid": (40.42, -3.7), "Nairobi": (-1.29, 36.82)}
    ocean = {"Atlantic": (30, -40), "Indian Ocean": (-20, 80), "Pacific": (20, 170)}
    assert {name for name, point in (inland | ocean).items() if is_land(*point)} == set(inland)


def test_the_land_stays_small():
    assert len(worldmap.land()) < 6000


def test_pins_grow_with_the_root_of_the_partners():
    drawn = worldmap.draw([City("Nanjing", 32, 118, partners=9), City("Beijing", 40, 116)])
    assert [(pin.name, pin.radius) for pin in drawn.pins] == [("Nanjing", 7.1), ("Beijing", 4.1)]


def test_the_way_between_the_home_cities_starts_and_ends_at_them():
    drawn = worldmap.draw(EUROPE + CHINA, (EUROPE[1], CHINA[1]))
    points = [tuple(map(float, p.split())) for p in drawn.arc.lstrip("M").split("L")]
    for city, point in ((EUROPE[1], points[0]), (CHINA[1], points[-1])):
        assert point == pytest.approx(worldmap.project(city.latitude, city.longitude), abs=0.06)


def test_the_way_bends_to_the_north_as_a_great_circle_does():
    latitudes = [latitude for latitude, _ in worldmap.great_circle((52.2, 0.1), (32.06, 118.8))]
    assert 62 < max(latitudes) < 63


def test_a_way_across_the_edge_of_the_map_is_cut_there():
    anchorage, los_angeles = City("Anchorage", 61.2, -149.9), City("Los Angeles", 34.05, -118.2)
    drawn = worldmap.draw([anchorage, los_angeles], (anchorage, los_angeles))
    assert drawn.arc.count("M") == 2


def test_a_way_to_itself_is_no_error():
    assert worldmap.great_circle((52.2, 0.1), (52.2, 0.1)) == [(52.2, 0.1)] * 2


def boxes(drawn):
    font_size = drawn.frame.font_size
    for label in drawn.labels:
        width = worldmap._width(label.text) * font_size
        left = label.x + label.dx * font_size
        left -= {"start": 0, "middle": width / 2, "end": width}[label.anchor]
        baseline = label.y + label.dy * font_size
        yield worldmap.Box(left, baseline - 9, left + width, baseline + 2)


def test_the_names_of_neighbouring_cities_do_not_cover_each_other():
    drawn = worldmap.draw(EUROPE + CHINA, (EUROPE[1], CHINA[1]))
    assert {label.text for label in drawn.labels} == {city.name for city in EUROPE + CHINA}
    assert not [
        pair for pair in itertools.combinations(boxes(drawn), 2) if pair[0].overlap(pair[1])
    ]


def test_names_stand_on_the_outer_side_of_a_crowd_of_pins():
    labels = {label.text: label for label in worldmap.draw(EUROPE + CHINA).labels}
    assert [labels[name].anchor for name in ("Birmingham", "Oxford", "Nanjing")] == ["end"] * 3
    assert [labels[name].anchor for name in ("Cambridge", "London", "Shanghai")] == ["start"] * 3


def test_a_name_without_room_is_left_out_and_its_pin_stays():
    crowd = [City(f"Very long name of city {n}", 50 + n / 50, 10 + n / 50) for n in range(40)]
    drawn = worldmap.draw(crowd)
    assert len(drawn.pins) == 40
    assert 0 < len(drawn.labels) < 40


def test_home_cities_are_named_first():
    crowd = [City(f"Very long name of city {n}", 50, 10, partners=50 - n) for n in range(30)]
    drawn = worldmap.draw([*crowd, City("Home", 50, 10, partners=0, is_home=True)])
    assert drawn.labels[0].text == "Home"


def test_the_shortest_way_has_steps_of_equal_length():
    points = worldmap.great_circle((0, 0), (0, 90), steps=3)
    assert [round(longitude) for _latitude, longitude in points] == [0, 30, 60, 90]
    assert math.isclose(points[-1][1], 90)


def test_the_small_map_shows_the_whole_world_when_a_pin_lies_outside_it():
    near = worldmap.draw(EUROPE, view="partner").frame
    far = worldmap.draw([*EUROPE, City("San Francisco", 37.77, -122.42)], view="partner").frame
    south = worldmap.draw([City("Dunedin", -45.87, 170.5)], view="home").frame
    assert (near.width, far.width, south.height) == (500, 1000, worldmap.HEIGHT)
    assert far.font_size == 2 * near.font_size
