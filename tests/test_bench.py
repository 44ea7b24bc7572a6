"""The benchmarks run with the code as it is; what they measure is nothing to test."""

import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[1] / "bench"


@pytest.mark.long
def test_each_script_behind_the_pairs_takes_what_the_bench_gives_it():
    run = subprocess.run(
        [sys.executable, str(BENCH / "many.py"), "--scenes", "5"], capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    rows = [line for line in run.stdout.splitlines() if line.startswith("| 5")]
    assert [row.split("|")[2].strip() for row in rows] == [
        "analyse", "locate", "compare", "verdict", "parquet", "tabulate", "tabulate_comparison",
        "geopackage", "map", "plot", "**to the tables**", "**figures and exports**",
    ]  # fmt: skip
