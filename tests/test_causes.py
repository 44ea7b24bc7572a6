"""What to look at: the causes that a verdict names, and how seldom without one."""

import numpy as np
from scipy import stats

from stackshift.stack import causes


def test_causes_of_tiles_that_do_not_count():
    (small,) = causes.of_tiles(["too_small"] * 3 + ["ok"], (20, 20))
    assert small == {
        "cause": "small tiles",
        "text": "3 of 4 tiles of scenes, of 20 x 20 pixels, do not match: fewer tiles.rows and "
        "tiles.columns",
    }
    assert causes.of_tiles(["no_match"] * 9 + ["ok"], (50, 50))[0]["cause"] == "small tiles"
    (sea,) = causes.of_tiles(["no_match"] * 8 + ["low_quality"], (100, 100))
    assert sea["cause"] == "nothing to match"
    assert sea["text"].startswith("no tile of any scene matches: open water")
    (coast,) = causes.of_tiles(["no_match"] * 8 + ["ok"], (100, 100))
    assert coast["text"].startswith("in 8 of 9 tiles of scenes: open water")
    # Small tiles of land match here and there; where none does, it is most likely water.
    for pixels in ((50, 50), (200, 40)):
        assert [cause["cause"] for cause in causes.of_tiles(["no_match"] * 84, pixels)] == [
            "nothing to match", "small tiles",
        ]  # fmt: skip
        few = causes.of_tiles(["no_match"] * 80 + ["ok"] * 4, pixels)
        assert [cause["cause"] for cause in few] == ["small tiles", "nothing to match"]
    assert causes.of_tiles(["no_match"] + ["ok"] * 9, (50, 50)) == []
    many = ["too_many_nan"] * 5 + ["search_limit", "failed"] + ["ok"] * 9
    assert [cause["cause"] for cause in causes.of_tiles(many, (99, 99))] == [
        "little data", "far off", "failed",
    ]  # fmt: skip
    assert causes.of_tiles([], (10, 10)) == []


def left(z, first="20220304T134101", second="20220220T134101", metres=(3.0, -4.0)):
    """What is left of a pair's shift."""
    return {
        "reference": first, "secondary": second, "east": metres[0], "north": metres[1],
        "z_east": z[0], "z_north": z[1],
    }  # fmt: skip


def test_pairs_that_disagree_with_their_scenes_are_named():
    far = left((-1.0, 8.2), "20220220T134101", "20220208T134101", (5.0, -12.0))
    found = causes.of_residuals([left((0.5, -2.9)), far], moving=True)
    assert found[0]["text"].startswith(
        "of 1 of 2 pairs: 2022-02-20 to 2022-02-08 by 13.0 m (8 standard errors); tiles that move"
    )
    (other,) = causes.of_residuals([far, left((-4.0, 1.0))], moving=False)
    assert "2022-03-04 to 2022-02-20 by 5.0 m (4 standard" in other["text"]
    assert other["text"].startswith("of 2 of 2") and "tiles that move" not in other["text"]
    assert causes.of_residuals([], moving=True) == []
    assert causes.of_residuals([left((np.nan, np.nan))], moving=True) == []
    # One of two tests at 1 %: two-sided, 2.807; of forty, 3.662.
    assert causes.of_residuals([left((2.79, 0.0))], False) == []
    assert causes.of_residuals([left((2.82, 0.0))], False)
    assert causes.of_residuals([left((3.65, 0.0)), *[left((0.0, 0.0))] * 19], False) == []
    assert causes.of_residuals([left((-3.67, 0.0)), *[left((0.0, 0.0))] * 19], False)


def test_pairs_of_sound_stacks_disagree_as_seldom_as_they_should():
    random, stacks = np.random.default_rng(8), 2000
    alarms = sum(
        bool(causes.of_residuals([left(z) for z in random.normal(size=(8, 2))], False))
        for _ in range(stacks)
    )
    assert stats.binom.ppf(1e-3, stacks, 0.01) <= alarms <= stats.binom.ppf(0.999, stacks, 0.01)


def test_causes_out_of_what_was_found():
    step = {"kind": "time", "text": "scenes from 2024-01-06 on lie 2.3 ± 0.2 m east of the others"}
    version = {"kind": "processor version", "text": "scenes with processor version v2 lie ..."}
    tile = {"tile_number_x": 5, "tile_number_y": 4}
    found = {"why": [step, version], "tiles_that_move": [tile], "parts": 2}
    assert [cause["text"] for cause in causes.of_findings(found)] == [
        step["text"],
        version["text"],
        "row 4 column 5: left out of all scenes (tiles.csv)",
        "the network of pairs falls into 2 parts",
    ]
    assert [cause["cause"] for cause in causes.of_findings(found)][:2] == [
        "step in time",
        "made differently",
    ]
    unnamed = {"20240211T052301": "-9999", "20240223T052301": "-9999"}
    (line,) = causes.of_findings({"unnamed_no_data": unnamed})
    assert line["text"].startswith("-9999 in 2024-02-11, 2024-02-23, as no radar measures it, is")
    (line,) = causes.of_findings({"repeated": dict.fromkeys(unnamed, 0.167)})
    assert line["text"].startswith("17 % of the pixels of 2024-02-11, 2024-02-23 repeat their")
    row = {"scene": "20240211T052301", "axis": "east", "first": -1.4, "sigma_first": 0.3}
    row |= {"second": -9.6, "sigma_second": 1.4}
    compared = {"polarizations": ["VV", "VH"], "disagreements": [row]}
    compared |= {"widened": {"east": 1.0, "north": 2.5}}
    one, wide = causes.of_polarizations([compared])
    assert one["text"].startswith(
        "2024-02-11 lies -1.40 ± 0.30 m east by VV and -9.6 ± 1.4 m by VH"
    )
    assert wide["text"] == "VV and VH differ by more than their error bars: times north 2.5"


def test_slices_that_are_not_alike_are_named():
    apart = {"20220101T000000": float("nan"), "20220113T000000": 0.2, "20220125T000000": -1.3}
    (line,) = causes.of_overlaps(apart)
    assert line["text"].startswith("files of 1 scene differ by more than 0.5 dB")
    assert line["text"].endswith("2022-01-25 by -1.3 dB")
    assert causes.of_overlaps({"20220101T000000": float("nan"), "20220113T000000": -0.4}) == []


def test_lines_of_polarizations_are_told_once_with_who_says_so_if_not_all_do():
    one, two = causes.look_at("uneven", "parts lie elsewhere"), causes.look_at("layers", "stop")
    step = causes.look_at("step in time", "scenes from 2022-01-07 on lie 9.9 m east of the others")
    told = causes.of_each({"VV": [one, step, two], "VH": [two, one, one], "HH": [two]})
    assert told == [causes.look_at("uneven", "VV and VH: parts lie elsewhere"), two]
    # Whatever is told of why offsets lie apart is left to those of all together.
    for kind in ("time", "trend", "platform", "orbit file"):
        lines = causes.of_findings({"why": [{"kind": kind, "text": "scenes lie apart"}]})
        assert len(lines) == 1 and causes.of_each({"VV": lines}) == []
    alone = causes.of_scenes([{"scene": "20220101T000000", "reason": "x"}], ["20220113T000000"])
    assert len(alone) == 2 and causes.of_each({"VV": alone}) == []
