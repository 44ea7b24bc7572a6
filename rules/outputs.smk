# What a run makes, and what it says at its end.
import sys
from pathlib import Path

from stackflow.terminal import Teller, report_path

FIGURES = (
    "offset_per_scene",
    "shift_per_pair",
    "offset_per_tile",
    "tile_errors",
    "pair_matrix",
    "z_scores",
    "tile_offset_map",
    "scene_maps",
)


def figures_of(stack: str, polarization: str) -> list[str]:
    """The names of the figures of a stack and polarization, as far as what they show is known."""
    asked = {
        "truth": is_simulated(stack),
        "range_azimuth": has_looks(stack, polarization),
        "where": bool(layers_looked_at(stack, polarization)),
    }
    return [*FIGURES, *(name for name, known in asked.items() if known)]


def tables() -> list[str]:
    """The tables of all stacks and polarizations."""
    return for_products(*(f"{ANALYSIS}/{name}.csv" for name in TABLES))


def figures() -> list[str]:
    """The figures of all stacks and polarizations."""
    return [
        f"results/{stack}/{polarization}/analysis/{name}.{suffix}"
        for stack, polarization in PRODUCTS
        for name in figures_of(stack, polarization)
        for suffix in ("png", "svg")
    ]


def links(stack: str, polarization: str) -> dict[str, list[tuple[str, str]]]:
    """What the overview leads to, by kind: (text, path from the overview)."""
    product = f"{stack}/{polarization}"
    drawn = figures_of(stack, polarization)
    shown = ("scenes", "pairs", "tiles", "verdict")
    passes = f"{stack}/combined/offset_per_pass.svg"
    return {
        "explore": [
            (
                "click through scenes, pairs and tiles",
                f"{product}/analysis/explore.html",
            )
        ],
        "figures": [
            *(
                (name.replace("_", " "), f"{product}/analysis/{name}.svg")
                for name in drawn
            ),
            *([("offset per pass", passes)] if is_combined(stack) else []),
        ],
        "tables": [
            *((name, f"{product}/analysis/{name}.html") for name in shown),
            *((f"{name}.csv", f"{product}/analysis/{name}.csv") for name in TABLES),
            ("scenes_usable.csv", f"{stack}/scenes_usable.csv"),
        ],
        "maps": [
            ("tiles.qgz for QGIS", f"{product}/analysis/tiles.qgz"),
            ("tiles.gpkg", f"{product}/analysis/tiles.gpkg"),
            ("template.tif", f"{product}/template/template.tif"),
            ("template.png", f"{product}/template/template.png"),
        ],
        "folders": [
            ("all tables and figures", f"{product}/analysis/"),
            ("quicklooks", f"{product}/quicklook/superset/"),
        ],
    }


def exports() -> list[str]:
    """What opens elsewhere: Parquet for the tables, a GeoPackage and a project for the tiles, quicklooks."""
    return [
        *for_products(*(f"{ANALYSIS}/{name}.parquet" for name in TABLES)),
        *for_products(f"{ANALYSIS}/tiles.gpkg", f"{ANALYSIS}/tiles.qgz"),
        *for_products(rules.picture.output.picture),
        *for_scenes("results/{stack}/{polarization}/quicklook/superset/{scene}.png"),
    ]


def pages() -> list[str]:
    """The tables as pages for the report, and the pages to explore."""
    return [
        *for_products(rules.explore.output.page),
        *for_products(f"{ANALYSIS}/scenes.html"),
        *(path.removesuffix(".csv") + ".html" for path in comparisons()),
    ]


def comparisons() -> list[str]:
    """The comparisons of the polarizations of each stack, the first with each other one."""
    return [
        f"results/{stack}/comparison/{first}_{other}.csv"
        for stack in STACKS
        for first, *others in [polarizations_of(stack)]
        for other in others
    ]


def compared_results() -> list[str]:
    """The comparisons of results that the config asks for, the first with each other one."""
    if not RESULTS:
        return []
    first, *others = RESULTS
    return [
        f"results/comparison/{first}__{other}/{polarization}.{suffix}"
        for other in others
        for polarization in polarizations_of(first)
        if is_table(RESULTS[other]) or polarization in polarizations_of(other)
        for suffix in ("csv", "svg")
    ]


def for_stacks(*patterns: str) -> list[str]:
    """The patterns filled in for each stack."""
    return expand(list(patterns), stack=stacks())


def passes() -> list[str]:
    """One offset a pass of each stack that has several polarizations."""
    return expand(
        [
            rules.combine.output.scenes,
            rules.draw_combined.output.figure,
            rules.draw_combined.output.figure_png,
        ],
        stack=combined_stacks(),
    )


def judged() -> bool:
    """Whether the run comes to the verdicts: their lines are among what its targets need."""
    return any(rules.overview.output.lines in job.output for job in workflow.dag.jobs)


def proofs() -> list[str]:
    """What a run that corrects stacks says at its end of each: what that has done."""
    jobs = [] if workflow.dryrun else workflow.dag.jobs
    needed = {path for job in jobs for path in job.output}
    return [
        f"{stack}: {read_json(path)['line']} ({Path(path).with_suffix('.png').resolve()})"
        for stack, path in zip(
            stacks(), for_stacks(rules.prove.output.report), strict=True
        )
        if path in needed and Path(path).is_file()
    ]


def closing(with_report: bool = False) -> list[str]:
    """What a run says at its end of the verdicts and corrections that it comes to."""
    return [*verdicts(with_report), *proofs()]


def verdicts(with_report: bool) -> list[str]:
    """What a run that comes to the verdicts says at its end: them, and where they are explained."""
    lines, page = map(Path, (rules.overview.output.lines, rules.overview.output.page))
    if workflow.dryrun or not judged() or not lines.is_file():
        return []
    return [
        *lines.read_text(encoding="utf-8").splitlines(),
        f"Overview: {page.resolve()}",
        (
            f"All in one file to send around: {Path(report_path(sys.argv)).resolve()}"
            if with_report
            else "For all in one file to send around, call again with --report report.html added"
        ),
    ]


def named_targets() -> list[str]:
    """The targets that have a name: rules without outputs."""
    return [each.name for each in workflow.rules if not each.output]


TELLER = Teller(
    closing,
    named_targets,
    stages=BATCH_RULES,
    reporting=lambda: show_stages(workflow, BATCH_RULES),
)
# Another workflow that uses this one as a module has its own last words, and jobs have none.
if (
    workflow.is_main_process
    and Path(workflow.main_snakefile).resolve() == HERE.parent / "Snakefile"
):
    TELLER.listen(workflow.logger_manager.logger)
