"""Do the tests notice a wrong sign, factor, index or threshold: a sample of mutants of the code.

    make mutation                                            # every module, about half an hour
    python bench/mutation.py network robust --each 60   # some of them, more closely

Needs cosmic-ray, which makes the mutants (requirements-mutation.txt). It changes files where
they are, so it works on a copy. The sample is the same each time: a seed picks the places, and one
mutant for each.
"""

import argparse
import contextlib
import itertools
import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = "scripts/stackshift"
_FREQUENCIES = "tests/test_frequencies.py tests/test_refinement.py tests/test_coherence.py"
_ESTIMATOR = (
    "tests/test_refinement.py tests/test_peak.py tests/test_precision.py tests/test_spectra.py"
    " tests/test_refusal.py tests/test_coherence.py tests/test_frequencies.py"
)
# A Monte-Carlo experiment of five seconds, which the tests of the parts make superfluous here.
_INVERT = "tests/test_locate.py --deselect tests/test_locate.py::test_every_scene_is_recovered"
_INVERT += "_and_the_outlier_named"

# The unit tests of each module, the ones closest to it first, as the first failure ends a run.
TESTS = {
    "coherence": "tests/test_coherence.py tests/test_refusal.py tests/test_edges.py",
    "frequencies": _FREQUENCIES,
    "spectra": _ESTIMATOR,
    "peak": _ESTIMATOR,
    "refinement": _ESTIMATOR,
    "precision": _ESTIMATOR,
    "gaps": "tests/test_gaps.py tests/test_frequencies.py",
    "windows": "tests/test_windows.py tests/test_frequencies.py",
    "scaled": "tests/test_scaled.py tests/test_others.py tests/test_template.py",
    "others": "tests/test_others.py tests/test_template.py",
    "mean_image": "tests/test_others.py tests/test_template.py",
    "placing": "tests/test_others.py tests/test_template.py",
    "pull": "tests/test_pull.py",
    "evenness": "tests/test_evenness.py",
    "fills": "tests/test_fills.py",
    "search": "tests/test_template.py tests/test_align.py",
    "spikes": "tests/test_flatten.py --deselect tests/test_flatten.py::test_every_raster_of_a_run"
    "_says_what_it_is_and_another_reader_sees_the_same",
    "cross_correlation": "tests/test_correlate.py tests/test_notebook_defects.py",
    "network": f"tests/test_network.py {_INVERT}",
    "normals": f"tests/test_network.py {_INVERT}",
    "snooping": f"tests/test_snooping.py tests/test_network.py {_INVERT}",
    "robust": "tests/test_robust.py tests/test_screening.py tests/test_datum.py",
    "datum": "tests/test_datum.py",
    "inversion": _INVERT,
    "residuals": f"tests/test_residuals.py tests/test_honesty.py {_INVERT}",
    "screening": f"tests/test_screening.py {_INVERT}",
    "circle": "tests/test_circle.py",
    "judgement": "tests/test_verdict.py",
    "separations": "tests/test_verdict.py",
    "clusters": "tests/test_overall.py",
}

# A mutant that cannot even be imported, or that only a decorator's speed tells, says nothing about
# the tests: no replacement across kinds of operators, none of the bar in type hints, no decorators.
_KINDS = re.compile(
    r"core/(ReplaceBinaryOperator_(Add_Sub|Sub_Add|Mul_Div|Div_Mul|Pow_Mul|FloorDiv_Div|Mod_Mul"
    r"|BitAnd_BitOr)"
    r"|ReplaceComparisonOperator_(?!\w+_Is)\w+|ReplaceComparisonOperator_Is_IsNot"
    r"|ReplaceComparisonOperator_IsNot_Is|ReplaceUnaryOperator_Delete_\w+|AddNot|NumberReplacer"
    r"|ReplaceAndWithOr|ReplaceOrWithAnd|ReplaceTrueWithFalse|ReplaceFalseWithTrue"
    r"|ReplaceBreakWithContinue|ZeroIterationForLoop)$"
)


def copied(folder: Path) -> Path:
    """A copy of what the tests need, in which files may be changed."""
    names = ("scripts", "tests", "schemas", "config.yaml", "pyproject.toml")
    for name in names:
        source, target = ROOT / name, folder / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    return folder


def sampled(session: Path, each: int, seed: int) -> int:
    """Leave a sample in a session: at each of some places of the module, one of its mutants."""
    with contextlib.closing(sqlite3.connect(session)) as database, database:
        rows = database.execute(
            "SELECT start_pos_row, start_pos_col, operator_name, operator_args, occurrence, job_id"
            " FROM mutation_specs"
        ).fetchall()
        mutants = sorted(row for row in rows if _KINDS.match(row[2]))
        places = [list(group) for _, group in itertools.groupby(mutants, lambda row: row[:2])]
        choice = random.Random(f"{seed} {session.stem}")
        chosen = choice.sample(places, min(each, len(places)))
        jobs = {choice.choice(place)[-1] for place in chosen}
        for table in ("mutation_specs", "work_items"):
            database.executemany(
                f"DELETE FROM {table} WHERE job_id = ?",
                [(row[-1],) for row in rows if row[-1] not in jobs],
            )
    return len(jobs)


def place(module: str) -> str:
    """Path of a module of the numeric package, relative to the project."""
    (path,) = (ROOT / PACKAGE).rglob(f"{module}.py")
    return path.relative_to(ROOT).as_posix()


def run(module: str, folder: Path, each: int, seed: int) -> tuple[int, list[str]]:
    """Number of mutants of a module, and the diff of each that no test noticed."""
    config, session = folder / f"{module}.toml", folder / f"{module}.sqlite"
    session.unlink(missing_ok=True)
    tests = f"{sys.executable} -m pytest -x -q -p no:cacheprovider --hypothesis-seed=1"
    config.write_text(
        f"[cosmic-ray]\nmodule-path = {json.dumps(place(module))}\ntimeout = 90.0\n"
        f"excluded-modules = []\ntest-command = {json.dumps(f'{tests} {TESTS[module]}')}\n"
        '[cosmic-ray.distributor]\nname = "local"\n'
    )
    environment = os.environ | {
        # A mutant of the same length within a second would leave its bytecode to the next.
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
        # The score must not depend on whether real scenes are at hand.
        "STACKSHIFT_DATA": str(folder / "nowhere"),
    }

    def cosmic_ray(*arguments):
        command = [sys.executable, "-m", "cosmic_ray.cli", *map(str, arguments)]
        subprocess.run(command, cwd=folder, env=environment, check=True)

    cosmic_ray("baseline", config)
    cosmic_ray("init", config, session)
    count = sampled(session, each, seed)
    cosmic_ray("exec", config, session)
    with contextlib.closing(sqlite3.connect(session)) as database:
        results = database.execute(
            "SELECT start_pos_row, test_outcome, diff FROM work_results"
            " JOIN mutation_specs USING (job_id) ORDER BY start_pos_row, start_pos_col"
        ).fetchall()
    survivors = [diff for _, outcome, diff in results if outcome.upper().endswith("SURVIVED")]
    return count, survivors


def main() -> None:
    """Run the mutants of some modules; write the survivors' diffs and the table of scores."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("modules", nargs="*", choices=[[], *TESTS], help="all if none is given")
    parser.add_argument("--each", type=int, default=30, help="mutants of a module")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    table = ["| module | mutants | killed | survived | score |", "|---|--:|--:|--:|--:|"]
    all_mutants = all_survivors = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = copied(Path(folder))
        for module in arguments.modules or TESTS:
            count, survivors = run(module, copy, arguments.each, arguments.seed)
            print(*survivors, sep="\n", flush=True)
            table.append(row(module, count, len(survivors)))
            print(table[-1], flush=True)
            all_mutants, all_survivors = all_mutants + count, all_survivors + len(survivors)
    print(*table, row("all", all_mutants, all_survivors), sep="\n")


def row(name: str, count: int, survivors: int) -> str:
    """A row of the table of scores."""
    killed = count - survivors
    return f"| {name} | {count} | {killed} | {survivors} | {100 * killed / count:.0f} % |"


if __name__ == "__main__":
    main()
