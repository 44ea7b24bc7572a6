"""What comes out of an injection is compared with what went in, with the right sign."""

import json

import pandas as pd
import pytest
import snyder
from makers import NORTH, WEST

import recover
from stackio import files
from stackshift.ground.lattice import Grid
from stackshift.stack import check_columns
from stackshift.stack import columns as c

A, B = "20220113T000000", "20220101T000000"


def measurements(shifts, statuses):
    return pd.DataFrame(
        {
            c.REFERENCE: A,
            c.SECONDARY: B,
            c.TILE_X: range(len(shifts)),
            c.TILE_Y: 0,
            c.SHIFT_X: shifts,
            c.SHIFT_Y: 1.0,
            c.SIGMA_X: 0.5,
            c.SIGMA_Y: 0.5,
            c.STATUS: statuses,
            c.MESSAGE: [f"said {status}" for status in statuses],
        }
    )


def test_recovered_is_after_less_before(tmp_path):
    grid = Grid("EPSG:32611", (30.0, 0.0, WEST, 0.0, -30.0, NORTH), 90, 90)
    files.write_json(tmp_path / "grid.json", grid.record())
    # The reference was moved by +0.5 pixel east, the secondary by -0.3: 0.8 pixel or 24 m.
    # As boxes by +1 and -1 whole pixels, 60 m.
    truths = []
    for scene, east, whole in ((A, 0.5, 1), (B, -0.3, -1)):
        for kind, amount in (("interpolated", east), ("boxes", whole)):
            truths.append(tmp_path / f"{scene}_{kind}.json")
            said = {"scene": scene, "kind": kind, "rows": -0.1, "columns": amount}
            files.write_json(truths[-1], said)
    measurements([2.0, 3.0, 9.0], ["ok", "ok", "no_match"]).to_csv(tmp_path / "b.csv", index=False)
    measurements([26.5, 26.5, 9.0], ["ok", "ok", "ok"]).to_csv(tmp_path / "a.csv", index=False)
    after = {"interpolated": tmp_path / "a.csv", "boxes": tmp_path / "boxes.csv"}

    def run(boxes):
        boxes.to_csv(tmp_path / "boxes.csv", index=False)
        recover.main(
            tmp_path / "b.csv", after, truths,
            tmp_path / "grid.json", (1, 3), tmp_path / "t.csv", tmp_path / "r.json",
        )  # fmt: skip
        report = json.loads((tmp_path / "r.json").read_text(), parse_constant=pytest.fail)
        return pd.read_csv(tmp_path / "t.csv"), report

    both, found = run(measurements([61.0, 62.0, 9.0], ["ok", "no_match", "ok"]))
    assert list(both) == list(check_columns.INJECTION_TABLE)
    assert list(both.kind) == ["interpolated"] * 2 + ["boxes"]
    exact = both[both.kind == "boxes"]
    # What is to the right in the grid is 1.3 degrees north of east, of 30 m less 9 mm.
    east, north = snyder.utm(WEST + 15 * 30, NORTH - 45 * 30)[0]
    # To the micrometre, as convergence changes from tile to tile by 2e-4 m in these.
    assert list(exact.injected_x) == pytest.approx([2 * east], abs=1e-6)
    assert list(exact.injected_y) == pytest.approx([2 * north], abs=1e-6)
    assert list(exact.error_x) == pytest.approx([61 - 2 - 2 * east])
    assert found["boxes"]["tiles"] == 1 and found["boxes"]["message"] is None
    table = both[both.kind == "interpolated"]
    turned = [snyder.utm(WEST + x * 30, NORTH - 45 * 30)[0] for x in (15, 45)]
    assert list(table.injected_x) == pytest.approx([0.8 * right[0] for right in turned], abs=1e-6)
    assert list(table.injected_y) == pytest.approx([0.8 * right[1] for right in turned], abs=1e-6)
    assert list(table.recovered_x) == pytest.approx([24.5, 23.5])
    assert list(table.error_x) == pytest.approx([0.508, -0.492], abs=0.001)
    assert found["tiles"] == 2 and found["counted_before"] == 2 and found["counted_after"] == 3
    assert found["east"]["rms_error"] == pytest.approx(0.5, abs=0.001)
    assert found["east"]["rms_z"] == pytest.approx(1, abs=0.001)
    assert found["east"]["gain"] == pytest.approx(1, abs=0.001)
    # Boxes that leave too little of a tile are told in a line, and cost the others nothing.
    table, found = run(measurements([0.0] * 3, ["too_small"] * 3))
    assert found["boxes"]["message"] == "not possible here: said too_small"
    assert found["boxes"]["tiles"] == 0 and found["boxes"]["east"]["bias"] is None
    assert list(table.kind) == ["interpolated"] * 2 and found["tiles"] == 2
