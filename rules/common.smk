import re
import sys
import time
from copy import deepcopy
from functools import cache
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.utils import validate

sys.path.append(str(Path(workflow.basedir) / "scripts"))

from stackflow.settings import check_finite, explain, whole
from stackflow.digest import code_digest, digest_of, template_digest
from stackio.files import read_json
from stackflow.catalogue import check_apart, find, is_remote, simulated
from stackshift.errors import InputError
from stackshift.stack.pairing import choose

# A --configfile is laid over config.yaml key by key; its stacks take the place of the demo.
if "stacks" in workflow.config_settings.overwrite_config:
    config["stacks"] = deepcopy(workflow.config_settings.overwrite_config["stacks"])

config.update(whole(config))

try:
    validate(config, "../schemas/config.schema.yaml")
except WorkflowError as error:
    if error.__context__ is None or not hasattr(error.__context__, "absolute_path"):
        raise
    raise WorkflowError(explain(error.__context__)) from None


# What is older was judged by an earlier run.
START = time.time()
ANALYSIS = "results/{stack}/{polarization}/analysis"
TABLES = (
    "measurements",
    "pairs",
    "tiles",
    "scenes",
    "scene_tiles",
    "residuals",
    "verdict",
)
FIGURES = (
    "offset_per_scene",
    "offset_per_pair",
    "offset_per_tile",
    "pair_matrix",
    "z_scores",
    "tile_offset_map",
    "scene_maps",
)


REAL_STACK = r"[A-Za-z0-9][\w.-]*"
INJECTED = "@injected"


wildcard_constraints:
    stack=r"[A-Za-z0-9][\w.-]*(@injected)?",
    polarization="VV|VH|HH|HV",
    other="VV|VH|HH|HV",
    scene=r"\d{8}T\d{6}",
    reference=r"\d{8}T\d{6}",
    secondary=r"\d{8}T\d{6}",


def find_products() -> dict:
    """The scenes, newest first, by (stack, polarization)."""
    products = {}
    for stack, settings in config["stacks"].items():
        search = simulated if "simulate" in settings else find
        for polarization in settings["polarizations"]:
            products[stack, polarization] = search(
                stack, settings.get("simulate", settings), polarization
            )
        check_apart(stack, [products[stack, p] for p in settings["polarizations"]])
    return products


def choose_pairs() -> dict:
    """The pairs (reference, secondary) by (stack, polarization)."""
    pairs = {}
    for (stack, polarization), scenes in PRODUCTS.items():
        try:
            pairs[stack, polarization] = choose(scenes, config["pairs"])
        except InputError as error:
            raise InputError(f"stack '{stack}', {polarization}: {error}") from None
    return pairs


try:
    check_finite(config)
    PRODUCTS = find_products()
    PAIRS = choose_pairs()
except InputError as error:
    raise WorkflowError(str(error)) from None


def scenes_of(wildcards) -> dict:
    """The scenes of the stack and polarization of a job, newest first."""
    return PRODUCTS[wildcards.stack.removesuffix(INJECTED), wildcards.polarization]


def pairs_of(stack: str, polarization: str) -> list[tuple[str, str]]:
    """(reference, secondary) of all pairs of a stack and polarization."""
    return PAIRS[stack.removesuffix(INJECTED), polarization]


def for_products(*patterns: str) -> list[str]:
    """The patterns filled in for each stack and polarization."""
    return [
        pattern.format(stack=stack, polarization=polarization)
        for stack, polarization in PRODUCTS
        for pattern in patterns
    ]


def for_scenes(pattern: str) -> list[str]:
    """A pattern filled in for each scene of each stack and polarization."""
    return [
        pattern.format(stack=stack, polarization=polarization, scene=scene)
        for (stack, polarization), scenes in PRODUCTS.items()
        for scene in scenes
    ]


def kept(stage: str, path):
    """An output of a stage, to be deleted after its use unless ``keep`` names the stage."""
    return path if stage in config["keep"] else temp(path)


def local(paths: list[str]) -> list[str]:
    """The paths that are files here, which Snakemake can follow."""
    return [path for path in paths if not is_remote(path)]


@cache
def origin(stack: str, polarization: str, scene: str) -> str:
    """Digest of all that a scene's tiles are made from: its file, code and parameters."""
    real = stack.removesuffix(INJECTED)
    scenes = PRODUCTS[real, polarization]
    path = Path(scenes[scene].path)
    fixed = extent_of(real)[0] == "bounds"
    return digest_of(
        [path.name, path.stat().st_size if path.is_file() else None],
        config["stacks"][real].get("simulate"),
        [] if fixed else sorted(Path(other.path).name for other in scenes.values()),
        [code_digest(stage) for stage in ("grid", "superset", "flatten", "tile")],
        [config[stage] for stage in ("superset", "flatten", "tiles")],
        extent_of(real),
        [config["inject"], code_digest("inject")] if stack != real else [],
    )


def made_from(stack: str, polarization: str, reference: str, secondary: str) -> str:
    """Digest of all that the measurement of a pair depends on, which it carries."""
    method = config["correlate"]["method"]
    return digest_of(
        [origin(stack, polarization, scene) for scene in (reference, secondary)],
        [method, config["correlate"][method]],
        code_digest("correlate", f"stackshift.tile.{method}"),
    )


def measured() -> list[str]:
    """The pairs that are measured and current, where tiles are not kept.

    Tiles that are made again for a new scene would have Snakemake measure all older pairs again,
    whose tiles are gone too, and so on through the stack. So these pairs have no rule: they are
    files like the scenes.
    """
    # Snakemake knows what it is forced to do only after this has been read.
    forced = {"--forceall", "-F", "--forcerun", "-R", "--force", "-f"} & set(sys.argv)
    if "tiles" in config["keep"] or forced:
        return []
    found = []
    for (stack, polarization), pairs in PAIRS.items():
        scenes = PRODUCTS[stack, polarization]
        for reference, secondary in pairs:
            path = Path(
                f"results/{stack}/{polarization}/matches/{reference}__{secondary}.json"
            )
            sources = [Path(scenes[scene].path) for scene in (reference, secondary)]
            if not path.is_file() or any(
                source.is_file() and source.stat().st_mtime > path.stat().st_mtime
                for source in sources
            ):
                continue
            said = read_json(path).get("made_from")
            if said == made_from(stack, polarization, reference, secondary):
                found.append(path.as_posix())
    return found


def megabytes_of(paths) -> float:
    """What is there of a job's input; it may still have to be made, as within a group."""
    return (
        sum(Path(path).stat().st_size for path in paths if Path(path).is_file()) / 1e6
    )


def memory(least: int, factor: float):
    """Megabytes for a job: so many times its input, not below ``least``, more at each attempt."""

    def megabytes(wildcards, input, attempt):
        return attempt * max(least, round(300 + factor * megabytes_of(input)))

    return megabytes


def simulated_mb(stack: str) -> float:
    """Megabytes of a scene of a simulated stack."""
    settings = config["stacks"][stack]["simulate"]
    return settings["rows"] * settings["columns"] * 4 / 1e6


def minutes(least: int, megabytes_a_minute: float):
    """Minutes for a job by the size of its input, more at each attempt."""

    def runtime(wildcards, input, attempt):
        return attempt * max(least, round(megabytes_of(input) / megabytes_a_minute))

    return runtime


def truth_of(wildcards) -> dict:
    """The file with the true offsets, for a simulated stack only."""
    if "simulate" in config["stacks"].get(wildcards.stack, {}):
        return {"truth": f"results/{wildcards.stack}/simulated/truth.csv"}
    return {}


def extent_of(stack: str) -> tuple[str, list[float] | None]:
    """How the grid of a stack is found, and its bounds if they are fixed."""
    bounds = config["stacks"][stack.removesuffix(INJECTED)].get("bounds")
    if bounds:
        return "bounds", bounds
    return config["superset"]["extent"], config["superset"]["bounds"]


def checked(wildcards) -> dict[str, str]:
    """The scenes to look at before any work, newest first; none of a simulated stack."""
    if "simulate" in config["stacks"][wildcards.stack]:
        return {}
    return {name: scene.path for name, scene in scenes_of(wildcards).items()}


def grid_scenes(wildcards) -> list[str]:
    """The scenes that define the grid, oldest first.

    Fixed bounds need only the oldest, so that a scene that is added later changes no input.
    """
    paths = [scene.path for scene in reversed(scenes_of(wildcards).values())]
    if extent_of(wildcards.stack)[0] == "bounds":
        # A second and a third in case that the oldest is one to be left out.
        return paths[: 1 if config["check"]["unreadable"] == "stop" else 3]
    return paths


def tables() -> list[str]:
    """The tables of all stacks and polarizations."""
    return for_products(*(f"{ANALYSIS}/{name}.csv" for name in TABLES))


def figures() -> list[str]:
    """The figures of all stacks and polarizations; the truth is known of simulated ones only."""
    return [
        f"results/{stack}/{polarization}/analysis/{name}.{suffix}"
        for stack, polarization in PRODUCTS
        for name in (
            *FIGURES,
            *(["truth"] if "simulate" in config["stacks"][stack] else []),
        )
        for suffix in ("png", "svg")
    ]


def exports() -> list[str]:
    """What opens elsewhere: Parquet for the tables, a GeoPackage for the tiles, quicklooks."""
    return [
        *for_products(*(f"{ANALYSIS}/{name}.parquet" for name in TABLES)),
        *for_products(f"{ANALYSIS}/tiles.gpkg"),
        *for_scenes("results/{stack}/{polarization}/quicklook/superset/{scene}.png"),
    ]


def pages() -> list[str]:
    """The tables as pages for the report."""
    return [
        *for_products(f"{ANALYSIS}/scenes.html"),
        *(path.removesuffix(".csv") + ".html" for path in comparisons()),
    ]


def comparisons() -> list[str]:
    """The comparisons of the polarizations of each stack, the first with each other one."""
    return [
        f"results/{stack}/comparison/{settings['polarizations'][0]}_{other}.csv"
        for stack, settings in config["stacks"].items()
        for other in settings["polarizations"][1:]
    ]


def closing() -> list[str]:
    """What a run that has judged says at its end: the verdicts, and where they are explained."""
    lines, page = Path("results/verdicts.txt"), Path("results/overview.html")
    if not lines.is_file() or lines.stat().st_mtime < START:
        return []
    return [
        *lines.read_text(encoding="utf-8").splitlines(),
        f"Overview: {page.resolve()}",
        "All in one file to send around: the same call with --report report.html added",
    ]
