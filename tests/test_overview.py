"""The overview: what it says of each product, and the config with all defaults."""

import html
import json

import pytest
import yaml
from conftest import ROOT

import overview

TEMPLATE = (ROOT / "report" / "overview.html").read_text()
OVERALL = {"verdict": "undecided", "answers": {"scenes": {}}}
OVERALL["answers"]["scenes"] = {"text_these": "30 of 40: met", "text_general": "undecided, as so"}
PAIRS = "reference,secondary,tiles,count\nb,a,4,3\nc,b,4,0\nc,a,4,4\n"


def verdict(**changes):
    """The content of a verdict.json as the stage writes it, here by hand."""
    radial = {"verdict": "pass", "within": 20, "measured": 21, "scenes": 22, "share_low": 0.81}
    return {
        "verdict": "pass",
        "criterion": "at least 80 %",
        "requirement": {"name": "R", "metres": 6, "share": 0.8, "confidence": 0.9},
        "criteria": {"radial": radial | {"share_high": 0.99, "share": 0.95}},
        "CE90": {"metres": 1.234, "low": 1.0, "high": 1.5},
        "worst_scene": {"scene": "20240106T052301", "metres": 7.891},
        "outliers": ["20240106T052301"],
        "left_out": [{"scene": "20240118T052301", "reason": "no pair of the scene counts"}],
        "findings": {"steps": [], "platforms": [], "parts": 2},
        "answers": {
            "scenes": {"text_these": "20 of 22 scenes: met", "text_general": "undecided, as so"},
            "pairs": {"text_these": "2 of 3 pairs: not met", "text_general": "fail, as so"},
        },
        "to_look_at": [{"cause": "stands out", "text": "lies apart: <2024-01-06>"}],
    } | changes


@pytest.fixture
def written(tmp_path):
    def write(found, settings):
        (tmp_path / "verdict.json").write_text(json.dumps(found))
        (tmp_path / "pairs.csv").write_text(PAIRS)
        paths = [tmp_path / name for name in ("page.html", "lines.txt", "config.yaml")]
        (tmp_path / "all.json").write_text(json.dumps(OVERALL))
        inputs = [tmp_path / "verdict.json"], [tmp_path / "pairs.csv"], tmp_path / "all.json"
        overview.main(*inputs, [("my_<site>", "VV")], settings, TEMPLATE, *paths)
        return [path.read_text() for path in paths]

    return write


def test_the_page_says_what_a_colleague_asks(written):
    page, _, _ = written(verdict(), {"requirement": {"metres": 6}})
    page = html.unescape(page)
    for expected in (
        "✓ pass", "20 of 22", "1 not measured", "81 to 99 %", "CE90 1.23 m", "7.89 m", "2 of 3",
        "7 of 12", "<b>stands out</b>: lies apart: <2024-01-06>", "20 of 22 scenes: met",
        "2 of 3 pairs: not met", "fail, as so", "metres: 6",
    ):  # fmt: skip
        assert expected in page, expected


def test_names_cannot_break_out_of_the_page(written):
    page, _, _ = written(verdict(), {"stacks": {"<script>": 1}})
    assert "<script>" not in page and "my_&lt;site&gt;" in page


def test_the_lines_for_the_terminal(written):
    _, lines, _ = written(verdict(verdict="undecided"), {})
    assert lines == (
        "my_<site> VV: UNDECIDED\n"
        "  these: 20 of 22 scenes: met\n"
        "  these: 2 of 3 pairs: not met\n"
        "  in general: undecided, as so\n"
        "  in general: fail, as so\n"
        "  look at: stands out: lies apart: <2024-01-06>\n"
        "  7 of 12 tiles count in 3 pairs\n"
    )


def test_the_lines_of_several_stacks_end_with_all_of_them():
    assert overview.lines_on_all(OVERALL, [("a", "VV"), ("a", "VH")]) == []
    assert overview.lines_on_all(OVERALL, [("a", "VV"), ("a", "VH"), ("b", "VV")]) == [
        "all 2 stacks: UNDECIDED",
        "  these: 30 of 40: met",
        "  in general: undecided, as so",
    ]


def test_a_stack_in_which_nothing_could_be_measured(written):
    nothing = {"metres": None, "low": None, "high": None}
    page, *_ = written(verdict(CE90=nothing, worst_scene=None, outliers=[]), {})
    assert page.count("not known") == 2


def test_few_scenes_have_no_upper_limit(written):
    few = {"metres": 1.234, "low": 1.0, "high": None, "note": "no upper limit: 22 scenes needed"}
    page, *_ = written(verdict(CE90=few), {})
    assert "CE90 1.23 m" in page and "at least 1.00 m; no upper limit: 22 scenes needed" in page


def test_the_effective_config_can_be_run_again(written, finished):
    settings = {"stacks": {"a": {"directory": "x"}}, "tiles": {"rows": 2}}
    *_, text = written(verdict(), settings)
    assert yaml.safe_load(text) == settings
    in_force = yaml.safe_load((finished.folder / "results" / "config.yaml").read_text())
    assert in_force["tiles"] == {"rows": 2, "columns": 2}
    assert in_force["correlate"]["coherence"]["min_psr"] == 8
    assert in_force["requirement"]["metres"] == 6
