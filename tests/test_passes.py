"""Which files are one scene, by times, orbits and places that are written down here."""

from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest

from stackflow import grouping, passes
from stackflow.sources import Source


def seen(time, path=None, **more):
    return Source(path or f"{time}.tif", datetime.strptime(time, "%Y%m%dT%H%M%S"), **more)


def box(west, width=1.0, south=0.0, height=1.0):
    return west, south, west + width, south + height


def times(tracks):
    return {
        name: [f"{source.time:%Y%m%dT%H%M%S}" for source in members]
        for name, members in tracks.items()
    }


def test_tracks_are_told_by_the_time_of_day_which_differs_by_eight_minutes_at_least():
    """Los Angeles: tracks 64 and 137 ascend 8.2 minutes of the day apart, 71 descends."""
    found = passes.by_track(
        [
            seen("20220113T014930"),
            seen("20220108T015742"),
            seen("20220101T014931"),
            seen("20220102T135212"),
            seen("20220120T015741"),
        ]
    )
    assert times(found) == {
        "0149": ["20220101T014931", "20220113T014930"],
        "1352": ["20220102T135212"],
        "0157": ["20220108T015742", "20220120T015741"],
    }


def test_slices_of_a_long_pass_are_one_track_and_midnight_parts_none():
    start = datetime(2022, 1, 1, 23, 58)
    strip = [
        Source(f"{day}_{i}.tif", start + timedelta(days=12 * day, seconds=25 * i))
        for day in range(2)
        for i in range(20)
    ]
    found = passes.by_track(strip)
    assert list(found) == ["2358"] and len(found["2358"]) == 40


def test_the_orbit_of_a_name_goes_before_the_time_of_day():
    # Two orbits at one time of day, and one orbit whose strip is long.
    found = passes.by_track(
        [
            seen("20220101T015000", track=137),
            seen("20220102T015100", track=64),
            seen("20220113T015000"),
            seen("20220125T020100", track=137),
        ]
    )
    assert times(found) == {
        "T137": ["20220101T015000", "20220113T015000", "20220125T020100"],
        "T064": ["20220102T015100"],
    }


def test_dates_without_a_time_of_day_are_with_the_only_track_or_by_themselves():
    dated = seen("20220101T014931")
    other = seen("20220102T135212")
    bare = seen("20220113T000000", dated=False)
    assert list(passes.by_track([dated, bare])) == ["0149"]
    assert list(passes.by_track([dated, other, bare])) == ["0149", "1352", "undated"]
    assert list(passes.by_track([bare])) == ["undated"]


def test_dates_of_both_directions_are_two_tracks_and_never_one_pass():
    north, south = ({"dated": False, "direction": way} for way in ("ascending", "descending"))
    up = [seen(f"202201{day}T000000", f"{day}_up", **north) for day in ("01", "13")]
    down = [seen(f"202201{day}T000000", f"{day}_down", **south) for day in ("01", "13")]
    bare = seen("20220125T000000", dated=False)
    assert passes.by_track([*up, *down, bare]) == {
        "ascending": up, "descending": down, "undated": [bare],
    }  # fmt: skip
    assert passes.by_track([*up, bare]) == {"undated": [*up, bare]}
    assert passes.passes([down[0], *up]) == [[up[0]], [down[0]], [up[1]]]
    # Two files of one date and direction are slices of a pass.
    more = seen("20220101T000000", "01_up_north", **north)
    assert passes.passes([up[0], down[0], more]) == [[up[0], more], [down[0]]]


def test_a_file_that_cannot_be_used_is_told_of_the_stack_of_its_direction():
    up, down, bad, silent = (
        seen("20220101T000000", name, dated=False, direction=way)
        for name, way in (
            ("up", "ascending"), ("down", "descending"), ("bad", "descending"), ("silent", None),
        )
    )  # fmt: skip
    groups = {"ascending": [up], "descending": [down]}
    homes = grouping.homes(groups, SimpleNamespace(bad={bad: "empty", silent: "empty"}))
    assert homes == {bad: "descending", silent: "ascending"}


def test_a_date_is_not_with_the_only_track_if_that_is_told_to_fly_the_other_way():
    timed = seen("20220101T014931", direction="ascending")
    up, down = (
        seen("20220113T000000", way, dated=False, direction=way)
        for way in ("ascending", "descending")
    )
    bare = seen("20220125T000000", dated=False)
    assert passes.by_track([timed, up, bare]) == {"0149": [timed, up, bare]}
    assert passes.by_track([timed, down]) == {"0149": [timed], "undated": [down]}
    assert passes.by_track([timed, up, down]) == {"0149": [timed, up], "descending": [down]}
    # It is not told how the only track flies: of two ways none is assumed.
    silent = seen("20220101T014931")
    assert passes.by_track([silent, down]) == {"0149": [silent, down]}
    assert passes.by_track([silent, up, down, bare]) == {
        "0149": [silent, bare], "ascending": [up], "descending": [down],
    }  # fmt: skip


def test_files_that_follow_each_other_within_minutes_are_one_pass_of_their_platform():
    slices = [seen("20220101T015000"), seen("20220101T015025"), seen("20220101T015050")]
    next_date = seen("20220113T015000")
    assert passes.passes([next_date, *slices]) == [slices, [next_date]]
    a = seen("20220101T015000", "a", platform="S1A")
    c = seen("20220101T015100", "c", platform="S1C")
    assert passes.passes([a, c]) == [[a], [c]]


@pytest.mark.parametrize(
    ("second", "burst", "west", "counts"),
    [
        ("20220101T015001", None, 0.0, True),  # processed twice, a second apart
        ("20220101T015001", None, 0.1, True),  # with another edge
        ("20220101T015001", None, 0.5, False),  # the neighbouring burst
        ("20220101T015025", None, 0.0, False),  # the next slice on a common grid
        ("20220101T015000", "T137-292319-IW1", 0.0, False),  # another burst by name
        ("20220101T015009", "T137-292319-IW2", 0.0, True),  # the same burst by name
    ],
)
def test_the_newer_processing_of_an_acquisition_stands_for_the_older(second, burst, west, counts):
    old = seen("20220101T015000", "old", burst="T137-292319-IW2" if burst else None)
    new = seen(second, "new", burst=burst)
    boxes = {old: box(0.0), new: box(west)}
    age = {old: (1,), new: (2,)}
    found = passes.repeated([old, new], boxes.__getitem__, age.__getitem__)
    assert found == ({old: new} if counts else {})


def test_of_three_processings_the_newest_stands_for_both():
    files = [seen("20220101T015000", name) for name in "abc"]
    found = passes.repeated(files, lambda _: box(0.0), lambda source: (source.path,))
    assert found == {files[0]: files[2], files[1]: files[2]}


def test_a_part_of_a_scene_is_the_same_acquisition():
    whole, part = seen("20220101T015000", "whole"), seen("20220101T015000", "part")
    boxes = {whole: box(0.0), part: box(0.3, 0.2, 0.3, 0.2)}
    assert passes.repeated([whole, part], boxes.__getitem__, lambda s: (s.path,)) == {part: whole}


def test_places_are_told_apart_by_gaps_and_held_together_by_what_lies_between():
    assert passes.places([box(0), box(0.9), box(5), box(1.2), box(0), box(5.5)]) == [
        0, 0, 1, 0, 0, 1,
    ]  # fmt: skip
    assert passes.places([box(0), box(3), box(1.5)]) == [0, 0, 0]
    # Beside each other along one axis only.
    assert passes.places([box(0), box(0, south=9)]) == [0, 1]


@pytest.mark.parametrize(
    ("time", "longitude", "expected"),
    [
        ("20220101T015000", -118.0, "ascending"),  # California, 18 o'clock
        ("20220101T135200", -118.0, "descending"),
        ("20220101T052301", 10.0, "descending"),  # Germany, 6 o'clock
        ("20220101T170650", 10.0, "ascending"),
        ("20220101T120000", 0.0, None),
    ],
)
def test_the_local_solar_time_tells_the_direction(time, longitude, expected):
    assert passes.direction(seen(time), longitude) == expected
    assert passes.direction(seen(time, direction="ascending"), longitude) == "ascending"
    assert passes.direction(seen(time, dated=False), longitude) is None


def test_dates_that_one_track_cannot_have_are_told():
    def dates(*days, platform="S1A", dated=False):
        return [seen(f"202201{day:02}T000000", dated=dated, platform=platform) for day in days]

    assert passes.mixed_tracks(dates(1, 13, 25)) is None
    # On both sides of midnight, and of two satellites that follow each other by six days.
    assert passes.mixed_tracks(dates(1, 14, 25)) is None
    assert passes.mixed_tracks([*dates(1, 13), *dates(7, 19, platform="S1B")]) is None
    assert "dates of S1A are not multiples" in passes.mixed_tracks(dates(1, 6, 13, 18))
    assert passes.mixed_tracks(dates(*range(1, 13)))
    assert passes.mixed_tracks(dates(1, 6, 13, 18, dated=True)) is None
    assert passes.mixed_tracks(dates(1, 6, 13, platform=None)) is None
