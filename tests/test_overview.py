"""The overview: what it says of each product, and the config with all defaults."""

import html
import json
import re

import pytest
import yaml
from conftest import ROOT
from docutils.core import publish_parts

import overview
from stackio import acted
from stackplot import cards, spoken

TEMPLATE = (ROOT / "report" / "overview.html").read_text()
OVERALL = {"verdict": "undecided", "answers": {"scenes": {}}}
OVERALL["counted"] = [{"stack": "a", "polarization": "VV+VH"}]
OVERALL["answers"]["scenes"] = {"text_these": "30 of 40: met", "text_general": "undecided, as so"}
SCENES = """scene,platform,offset_east,offset_north,sigma_east,sigma_north,flag,message
20240106T052301,S1A,6.5,-4.472,0.123,0.4,outlier,
20240118T052301,S1A,,,,,unmeasured,no tile counts
20240130T052301,S1A,1.0,1.0,0.1,0.1,,
20240211T052301,S1B,-7.0,0.0,0.1,0.1,,
"""
COMPARED = {
    "scenes": 3,
    "east": {"rms": 0.29, "z_rms": 0.63, "disagree": ["20240106T052301"]},
    "north": {"rms": 0.3, "z_rms": 0.61, "disagree": []},
}
LINKS = {"explore": [("click", "my_site/VV/analysis/explore.html")]}
PAIRS = "reference,secondary,tiles,count\nb,a,4,3\nc,b,4,0\nc,a,4,4\n"


def acted_on(folder, proof=None):
    """A stack whose scenes were listed and perhaps corrected and proven, and nothing else."""
    (folder / "usable.csv").write_text("scene,usable\na,true\na,true\nb,false\n")
    head = {"stack": "my_<site>", "than": str(folder / "scenes.csv"), "polarization": ""}
    if proof:
        (folder / "proof.json").write_text(json.dumps({"line": proof}))
    kinds = {"usable": "usable.csv", "proven": "proof.json", "catalogued": "catalog.json"}
    return [
        head | {"kind": kind, "tells": str(folder / name), "links": [("file", f"to/{name}")]}
        for kind, name in kinds.items()
    ]


def verdict(**changes):
    """The content of a verdict.json as the stage writes it, here by hand."""
    radial = {"verdict": "pass", "within": 20, "measured": 21, "scenes": 22, "share_low": 0.81}
    return {
        "verdict": "pass",
        "criterion": "at least 80 %",
        "requirement": {"name": "R", "metres": 6, "share": 0.8, "confidence": 0.9},
        "criteria": {"radial": radial | {"share_high": 0.99, "share": 0.95}},
        "pairs": {"criteria": {"radial": {"within": 2, "measured": 2, "scenes": 3}}},
        "CE90": {"metres": 1.2345, "sigma": 0.12, "low": 0.996, "high": 1.5},
        "worst_scene": {"scene": "20240106T052301", "metres": 7.891, "sigma": 0.22},
        "outliers": ["20240106T052301"],
        "left_out": [{"scene": "20240118T052301", "reason": "no pair of the scene counts"}],
        "findings": {"why": [], "parts": 2},
        "answers": {
            "scenes": {"text_these": "20 of 22 scenes: met", "text_general": "undecided, as so"},
            "pairs": {"text_these": "2 of 3 pairs: not met", "text_general": "fail, as so"},
        },
        "to_look_at": [{"cause": "stands out", "text": "lies apart: <2024-01-06>"}],
    } | changes


@pytest.fixture
def written(tmp_path):
    def write(found, settings, names=(("my_<site>", "VV"),)):
        counted = [{"stack": stack} for stack in dict.fromkeys(stack for stack, _ in names)]
        (tmp_path / "verdict.json").write_text(json.dumps(found))
        (tmp_path / "pairs.csv").write_text(PAIRS)
        (tmp_path / "scenes.csv").write_text(SCENES)
        (tmp_path / "figure.svg").write_text("<svg/>")
        (tmp_path / "my_site" / "comparison").mkdir(parents=True, exist_ok=True)
        compared = tmp_path / "my_site" / "comparison" / "VV_VH.json"
        compared.write_text(json.dumps(COMPARED))
        written = ("page.html", "lines.txt", "front.rst", "config.yaml")
        page, lines, front, effective = (tmp_path / name for name in written)
        (tmp_path / "all.json").write_text(json.dumps(OVERALL | {"counted": counted}))
        overview.main(
            overall=tmp_path / "all.json",
            verdicts=[tmp_path / "verdict.json"] * len(names),
            pairs=[tmp_path / "pairs.csv"] * len(names),
            scenes=[tmp_path / "scenes.csv"] * len(names),
            figures=[tmp_path / "figure.svg"] * len(names),
            pictures=[tmp_path / "figure.svg"] * len(names), comparisons=[compared],
            acted_on=acted_on(tmp_path), compared_to=[],
            names=list(names), before=["results/my_<site>/VH"], links=[LINKS] * len(names),
            settings=settings, template=TEMPLATE,
            page=page, lines=lines, front=front, effective=effective,
        )  # fmt: skip
        return [path.read_text() for path in (page, lines, effective)]

    return write


def test_the_page_says_what_a_colleague_asks(written):
    page, _, _ = written(verdict(), {"requirement": {"metres": 6}})
    page = html.unescape(page)
    for expected in (
        "✓ pass", "20 of 22", "1 not measured", "81 to 99 %", "<b>CE90</b> 1.24 m (0.99 to 1.50 m)",
        "7.89 ± 0.22 m", "2 of 3",
        "7 of 12", "<b>stands out</b>: lies apart: <2024-01-06>", "20 of 22 scenes: met",
        "2 of 3 pairs: not met", "fail, as so", "metres: 6", "results/my_<site>/VH",
    ):  # fmt: skip
        assert expected in page, expected


def test_the_first_table_counts_scenes_and_pairs(written):
    page, *_ = written(verdict(), {})
    cells = re.findall(r"<td>(\d+ of \d+ within 6 m[^<]*)</td>", page)
    assert cells == ["20 of 22 within 6 m; 1 not measured", "2 of 3 within 6 m; 1 not measured"]


def test_the_verdict_over_all_stacks_stands_before_them_with_both_answers(written):
    """And not where there is one, of which all is said below."""
    page, *_ = written(verdict(), {})
    assert "stacks together" not in page and 'href="verdict_all.csv"' in page
    page, *_ = written(verdict(), {}, [("a", "VV"), ("a", "VH"), ("b", "VV")])
    top = page[: page.index('<section id="p1">')]
    assert 'All 2 stacks together <span class="badge undecided">' in top
    assert "<td>30 of 40: met</td><td>undecided, as so</td>" in top


def test_names_cannot_break_out_of_the_page(written):
    page, _, _ = written(verdict(), {"stacks": {"<script>": 1}})
    assert "&lt;script&gt;" in page and "my_&lt;site&gt;" in page


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
    other = {"stack": "b", "polarization": "VV"}
    assert spoken.lines_on_all(OVERALL) == []
    assert spoken.lines_on_all(OVERALL | {"counted": [*OVERALL["counted"], other]}) == [
        "all 2 stacks: UNDECIDED",
        "  these: 30 of 40: met",
        "  in general: undecided, as so",
    ]


def test_a_stack_in_which_nothing_could_be_measured(written):
    nothing = dict.fromkeys(("metres", "sigma", "low", "high"))
    page, *_ = written(verdict(CE90=nothing, worst_scene=None, outliers=[]), {})
    assert page.count("not known") == 2


def test_few_scenes_have_no_upper_limit(written):
    few = {
        "metres": 60.43,
        "sigma": 0.2,
        "low": 1.0,
        "high": None,
        "note": "no upper limit: 22 scenes needed",
    }
    page, *_ = written(verdict(CE90=few), {})
    assert (
        "<b>CE90</b> 60.43 m" in page
        and "at least 1.00 m; no upper limit: 22 scenes needed" in page
    )


def test_the_page_names_the_scenes_that_are_out_with_the_digits_of_their_errors(written):
    page, *_ = written(verdict(), {})
    rows = re.findall(r"<tr><td class=\"n\">(2024.*?)</tr>", page)
    cells = [re.findall(r"([^<>]*)</td>", row) for row in rows]
    assert cells == [
        ["20240106T052301", "S1A", "+6.50 ± 0.12", "-4.5 ± 0.4", "7.9",
         "outlier, beyond the requirement"],
        ["20240118T052301", "S1A", "", "", "", "unmeasured, no tile counts"],
        ["20240211T052301", "S1B", "-7.00 ± 0.10", "+0.00 ± 0.10", "7.00",
         "beyond the requirement"],
    ]  # fmt: skip


def test_the_page_has_the_figure_the_polarizations_and_links(written):
    page, *_ = written(verdict(), {})
    assert 'src="data:image/svg+xml;base64,PHN2Zy8+"' in page
    assert "VV − VH" in page and "<td>0.29</td>" in page and "0.6 east" in page
    assert 'href="my_site/VV/analysis/explore.html"' in page
    assert page.index("<details>") < page.index("<pre>") < page.index("</details>")


def test_the_verdict_over_all_stacks_is_first_in_the_report_and_last_in_the_terminal(
    written, tmp_path
):
    _, lines, _ = written(verdict(), {}, [("a", "VV"), ("b", "VV")])
    front = (tmp_path / "front.rst").read_text()
    assert front.startswith("| **all 2 stacks: UNDECIDED**\n|   these: 30 of 40: met\n")
    assert lines.endswith("all 2 stacks: UNDECIDED\n  these: 30 of 40: met\n"
                          "  in general: undecided, as so\n")  # fmt: skip


def test_the_reports_first_page_says_the_same(written, tmp_path):
    written(verdict(), {})
    front = (tmp_path / "front.rst").read_text()
    assert "* 20240106T052301: E +6.50 ± 0.12 m, N -4.5 ± 0.4 m, outlier" in front
    assert "* 20240118T052301: unmeasured, no tile counts" in front
    assert "20240130T052301" not in front
    assert "rms difference east 0.29 m, north 0.30 m. They disagree on 20240106T052301." in front
    assert ".. image:: data:image/png;base64," in front
    # As docutils shows it: the stack's name is no markup, and nothing is wrong.
    shown = publish_parts(front, writer="html")["html_body"]
    assert "<strong>my_&lt;site&gt; VV: PASS</strong>" in shown and "system-message" not in shown
    # docutils' limit.
    assert max(map(len, front.splitlines())) < 10_000


def test_the_page_says_what_was_done_and_how_the_rest_is_made(written, tmp_path):
    page, _, _ = written(verdict(), {})
    assert "1 of 2 scenes can be used" in page and 'href="to/usable.csv"' in page
    assert "<code>snakemake proven</code> (proof: the corrected scenes, measured again)" in page
    assert "<code>snakemake catalogued</code>" in page and "Corrected and proven" not in page
    assert "to/proof.json" not in page


def test_a_proof_stands_in_the_verdicts_card_and_says_if_it_is_old(written, tmp_path):
    acted_on(tmp_path, "3 of 4 scenes_moved, *all* lie where they should")
    page, _, _ = written(verdict(), {})
    card = page[page.index('<section id="p1">') : page.index("</section>")]
    # The scenes' table is written behind it.
    assert "Corrected and proven</b> (an earlier state of the stack): 3 of 4 scenes_moved" in card
    assert "<code>snakemake proven</code> makes it anew" in page
    (row,) = [
        row for row in acted.rows_of(acted_on(tmp_path, "again"))[0] if row["kind"] == "proven"
    ]
    assert not row["old"] and row["said"] == "again"
    front = (tmp_path / "front.rst").read_text()
    shown = publish_parts(front, writer="html")["html_body"]
    assert "3 of 4 scenes_moved, *all* lie" in shown and "system-message" not in shown


def test_figures_beyond_the_frame_of_the_report_are_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr(cards, "ROOM", 20)
    for name, size in (("a", 9), ("b", 9)):
        (tmp_path / name).write_text("x" * size)
    first, second = cards.embedded([tmp_path / "a", tmp_path / "b"], "png")
    assert first == "data:image/png;base64," + "eHh4" * 3 and second is None


def test_every_link_of_a_run_leads_to_a_file(finished):
    results = finished.folder / "results"
    page = (results / "overview.html").read_text()
    links = re.findall(r'href="([^"]+)"', page)
    assert len(links) > 20
    for link in links:
        if link.startswith("#"):
            assert f'id="{link[1:]}"' in page, link
        else:
            assert (results / link).exists(), link


def test_the_effective_config_can_be_run_again(written, finished):
    settings = {"stacks": {"a": {"directory": "x"}}, "tiles": {"rows": 2}}
    *_, text = written(verdict(), settings)
    assert yaml.safe_load(text) == settings
    in_force = yaml.safe_load((finished.folder / "results" / "config.yaml").read_text())
    assert in_force["tiles"] == {"rows": 2, "columns": 2}
    assert in_force["correlate"]["coherence"]["min_psr"] == 8
    assert in_force["requirement"]["metres"] == 6
