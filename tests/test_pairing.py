"""Pairs are the union of what is asked for, the newer scene being the reference."""

import pytest
from makers import pair_settings

from stackshift.errors import InputError
from stackshift.stack.pairing import choose, days_between, newest_first

SCENES = [f"2022{month:02}{day:02}T000000" for month in range(1, 13) for day in (1, 13)]
NEWEST = newest_first(SCENES)


def numbers(**settings):
    """Pairs as the numbers of their scenes, 0 being the newest."""
    index = {scene: i for i, scene in enumerate(NEWEST)}
    return {(index[r], index[s]) for r, s in choose(SCENES, pair_settings(**settings))}


def test_next_scenes():
    assert numbers(next=1) == {(i, i + 1) for i in range(23)}
    assert numbers(next=3) == {(i, j) for i in range(24) for j in range(i + 1, min(i + 4, 24))}


def test_operas_own_set():
    expected = {(i, i + 1) for i in range(23)} | {(0, 23)}
    expected |= {(i, i + 4) for i in range(0, 20, 4)}
    assert numbers(next=1, first_last=True, every=[4]) == expected


def test_pairs_about_a_year_apart():
    scenes = ["20200101T000000", "20201225T000000", "20210105T000000", "20210701T000000"]
    scenes += ["20220103T000000"]
    found = choose(scenes, pair_settings(yearly=12))
    assert set(found) == {
        ("20201225T000000", "20200101T000000"),
        ("20210105T000000", "20200101T000000"),
        ("20220103T000000", "20200101T000000"),
        ("20220103T000000", "20201225T000000"),
        ("20220103T000000", "20210105T000000"),
    }


def test_a_fixed_reference_and_a_list_are_sorted_by_time():
    middle = SCENES[5]
    found = choose(SCENES, pair_settings(reference=middle))
    assert len(found) == 23
    assert all(middle in pair and pair[0] > pair[1] for pair in found)
    listed = choose(SCENES, pair_settings(list=[[SCENES[0], SCENES[9]]]))
    assert listed == [(SCENES[9], SCENES[0])]


def test_limits_on_days_and_no_repetition():
    found = choose(SCENES, pair_settings(next=3, list=[NEWEST[:2]], min_days=13, max_days=30))
    assert len(found) == len(set(found))
    assert all(13 <= days_between(s, r) <= 30 for r, s in found)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "nothing that is asked for makes a pair of 20220101T000000 to .*'next: 1' pairs"),
        ({"yearly": 2}, "nothing that is asked for makes a pair"),
        (
            {"next": 1, "min_days": 400},
            "no pair of scenes is left by 'min_days: 400' and .*; widen them, .* are 12 to 19 days",
        ),
        ({"list": [[SCENES[0], SCENES[0]]]}, "pairs.list: 20220101T000000 is paired with itself"),
        ({"reference": "20300101T000000"}, "pairs.reference: there is no scene 20300101T000000"),
        ({"list": [["20300101T000000", SCENES[0]]]}, "pairs.list: there is no scene 2030"),
    ],
)
def test_what_cannot_work_is_one_line(settings, message):
    with pytest.raises(InputError, match=message):
        choose(SCENES, pair_settings(**settings))
