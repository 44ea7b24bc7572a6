"""The report as a colleague sees it: one file, without a network, clicked through in a browser."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from clicker import CHROMIUM, Clicker, content, offline_tab
from conftest import Workspace, run_once

# A run with a report, and clicks.
pytestmark = pytest.mark.long

FIGURES = {
    "offset per scene": "Offset per scene",
    "shift per pair": "Shift per pair",
    "offset per tile": "Offset per tile",
    "tile errors": "Offsets of the tiles about their scenes",
    "pair matrix": "Pairs and how well they fit",
    "z-scores": "Are the error bars honest?",
    "tile offset map": "Where offsets come from",
    "scene maps": "Each scene and the offsets of its tiles",
    "estimates against the truth": "The estimates against the truth",
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Workspace:
    """A finished run of a small simulated stack with its report."""
    displaced = [{"scene": 1, "east": 2, "north": 0}]
    simulate = {"scenes": 4, "rows": 400, "columns": 420, "offset_sigma": 0.02}
    simulate["displaced"] = displaced
    config = {"stacks": {"demo": {"simulate": simulate}}, "tiles": {"rows": 3, "columns": 3}}
    arguments = ("--report", "report.html", "--report-after-run")
    return run_once(tmp_path_factory, "report", config, lambda folder: None, *arguments)


def test_the_report_is_one_file_that_asks_no_network_for_anything(demo):
    assert (demo.folder / "report.html").stat().st_size > 500_000
    overview = (demo.folder / "results" / "overview.html").read_text()
    sources = re.findall(r'src="([^"]{12})', overview)
    assert "http" not in overview and sources == ["data:image/s"]


def test_the_run_ends_with_the_verdict_and_where_the_overview_is(demo):
    done = demo.run("--forcerun", "overview")
    assert done.status == 0, done.text
    assert "demo VV: UNDECIDED" in done.text
    assert "these: 3 of 4 scenes within 6 m (75 %, 80 % asked): not met" in done.text
    assert f"Overview: {demo.folder.resolve()}/results/overview.html" in done.text


def test_a_report_ends_with_the_verdict_and_its_own_path(demo):
    command = [sys.executable, "-m", "snakemake", "--snakefile", demo.source / "Snakefile"]
    command += ["--report", "again.html", "--configfile", "my.yaml"]
    # Both streams into one, as in the log of a batch job.
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    done = subprocess.run(command, cwd=demo.folder, text=True, check=True, **streams)
    end = done.stdout.partition("Report created.")[2].rstrip().split("\n")
    assert "demo VV: UNDECIDED" in end and "--report" not in "".join(end)
    assert end[-1] == f"All in one file to send around: {demo.folder.resolve()}/again.html"


def test_nothing_is_said_of_a_verdict_that_an_earlier_run_gave(demo):
    done = demo.run("demo_is_unknown", "--dry-run")
    assert "UNDECIDED" not in done.text


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
def test_a_stranger_clicks_through_the_report(demo, tmp_path):
    pictures = Path(os.environ.get("STACKSHIFT_SCREENSHOTS", tmp_path))
    pictures.mkdir(exist_ok=True)
    with offline_tab(height=950) as page:
        page.goto((demo.folder / "report.html").as_uri())
        page.get_by_text("may the number be trusted").wait_for()
        assert page.get_by_text("these: 3 of 4 scenes within 6 m").is_visible()
        assert page.get_by_text("scenes that are out").is_visible()
        figure = page.locator("img[alt='Offset per scene of demo VV']")
        assert figure.evaluate("image => image.naturalWidth") > 300
        page.screenshot(path=pictures / "home.png")

        click = Clicker(page, pictures)
        page.get_by_text("Overview", exact=True).first.click()
        frame = click.frame("verdicts and config")
        frame.get_by_text("? undecided").first.wait_for()
        assert frame.get_by_text("stands out").first.is_visible()
        frame.get_by_text("Config in force").click()
        assert "min_psr: 8" in frame.locator("pre").inner_text()
        click.category("Stack demo VV", "Figures")
        for label, title in FIGURES.items():
            picture = click.picture(label)
            assert picture.evaluate("image => image.naturalWidth") > 300
            assert title in content(picture)
        frame = click.frame("explore")
        frame.locator("body[data-ready=yes]").wait_for()
        assert frame.locator("#shown").inner_text().startswith("2024-")
        click.category("Stack demo VV", "Quicklooks")
        assert page.locator("a[iconname=eye]").count() == 4
        click.picture("20240106T052301")
        click.category("Stack demo VV", "Tables")
        for label, column in (("scenes", "offset_east"), ("pairs", "shift_x"), ("tiles", "nmad_x")):
            click.frame(label).locator("th", has_text=column).first.wait_for()
