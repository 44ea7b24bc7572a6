# What is asked for of a stack as a whole: its best offsets, its files as a sheet, its corrected files.
import re
from dataclasses import replace
from pathlib import Path

from stackflow import listing
from stackflow.acquisitions import Scene


def in_all(pattern: str):
    """A pattern filled in for each polarization of a job's stack."""

    def paths(wildcards) -> list[str]:
        return [
            pattern.format(stack=wildcards.stack, polarization=polarization)
            for polarization in polarizations_of(real(wildcards.stack))
        ]

    return paths


def is_combined(stack: str) -> bool:
    """Whether the offsets of a stack come out of several polarizations."""
    return len(polarizations_of(real(stack))) > 1


def best(stack: str, name: str) -> str:
    """The table of the scenes of a stack, or its verdict: of all polarizations together if there are several."""
    if is_combined(stack):
        return f"results/{stack}/combined/{name}"
    (polarization,) = polarizations_of(real(stack))
    return f"results/{stack}/{polarization}/analysis/{name}"


def combined_stacks() -> list[str]:
    """Those of which several polarizations make one offset a pass."""
    return [stack for stack in STACKS if is_combined(stack)]


def in_one_word(stack: str) -> str:
    """The polarizations of a stack, as what all of them make together is called."""
    return "+".join(polarizations_of(stack))


def counted() -> list[tuple[str, str]]:
    """Of which products the verdict over all is made: of each pass the best, and each pass once.

    Results that `compare` sets side by side are of the same acquisitions: the first one counts.
    """
    again = list(RESULTS.values())[1:]
    return [(stack, in_one_word(stack)) for stack in STACKS if stack not in again]


def in_words(stack: str) -> str:
    """What the offsets of a stack are relative to, and what they were measured in."""
    reference = reference_of(stack)
    zero = Zero.of(reference).words if reference else "the median of the stack"
    return f"{zero}, {' and '.join(polarizations_of(real(stack)))}"


def listed(stack: str, folder: str) -> list[dict]:
    """A row for each file of a stack in a sheet in a folder, polarization by polarization, oldest first."""
    settings = STACKS[stack]
    values = settings.get("values", "auto")
    return [
        row
        for polarization in polarizations_of(stack)
        for scene in oldest_first(stack, polarization)
        for row in listing.rows(
            scene,
            polarization,
            placed(folder),
            values,
            headings.told(scene, settings)["direction"],
        )
    ]


def oldest_first(stack: str, polarization: str) -> list[Scene]:
    """The scenes of a stack, whose files lie where they are opened."""
    scenes = [
        scene for _, scene in sorted(PRODUCTS[stack, polarization].scenes.items())
    ]
    if not is_simulated(stack):
        return scenes
    return [
        replace(
            scene,
            sources=tuple(
                replace(source, path=placed(source.path)) for source in scene.sources
            ),
        )
        for scene in scenes
    ]


def unused(stack: str, folder: str) -> list[dict]:
    """A row for each file of a stack that is no scene, with the reason."""
    return [
        row
        for polarization in polarizations_of(stack)
        for row in listing.left_out(
            PRODUCTS[stack, polarization].left_out, polarization, placed(folder)
        )
    ]


def corrected_names(stack: str, polarization: str, scene: str) -> list[str]:
    """The VRTs that stand for the files of a scene."""
    names = listing.names_for(PRODUCTS[stack, polarization].scenes[scene], ".vrt")
    return [
        f"results/{stack}/corrected/{polarization}/{scene}/{name}" for name in names
    ]


def to_move(wildcards) -> list[dict]:
    """The files of a scene that is to be corrected, with the names that its VRT and the table have."""
    made_of = corrected_names(**wildcards)
    sheet = placed(f"results/{wildcards.stack}/corrected")
    return [
        file
        | {
            "original": listing.named_in_vrt(
                file["path"], placed(str(Path(path).parent))
            ),
            "listed": listing.seen_from(file["path"], sheet),
            "name": Path(path).name,
        }
        for file, path in zip(
            sources(wildcards.stack, scene_of(wildcards)), made_of, strict=True
        )
    ]


def corrected_inputs(wildcards) -> list[str]:
    """What a job reads of a corrected scene: the folder of its VRTs, or its GeoTIFF."""
    folder = f"results/{real(wildcards.stack)}/corrected/{wildcards.polarization}/{wildcards.scene}"
    return [folder if config["correct"]["as"] == "vrt" else f"{folder}.tif"]


def vrts_of(wildcards) -> list[dict]:
    """The VRTs of a corrected scene as a job opens them: as their originals."""
    stack = real(wildcards.stack)
    names = corrected_names(stack, wildcards.polarization, wildcards.scene)
    return [
        file | {"path": placed(path)}
        for file, path in zip(sources(stack, scene_of(wildcards)), names, strict=True)
    ]


def corrected_files(wildcards) -> list[dict]:
    """The files of a corrected scene as a job opens them."""
    if config["correct"]["as"] == "vrt":
        return vrts_of(wildcards)
    (path,) = corrected_inputs(wildcards)
    return [{"path": placed(path), "band": None, "values": "power", "named": None}]


def corrections_of(stack: str) -> list[str]:
    """How each scene of a stack was moved."""
    return [
        f"results/{stack}/corrected/{polarization}/{scene}.json"
        for polarization in polarizations_of(stack)
        for scene in PRODUCTS[stack, polarization].scenes
    ]


def delivered(stack: str) -> list[str]:
    """The corrected scenes of a stack: folders of VRTs, or GeoTIFFs."""
    suffix = "" if config["correct"]["as"] == "vrt" else ".tif"
    return [path.removesuffix(".json") + suffix for path in corrections_of(stack)]


def to_correct() -> list[str]:
    """What is on the way to the corrected scenes of all stacks, and they."""
    return [
        *located(),
        *for_stacks(rules.decide.output.moves),
        *(
            path
            for stack in STACKS
            for path in (*corrections_of(stack), *delivered(stack))
        ),
        *for_stacks(rules.list_corrected.output.table),
    ]


def located() -> list[str]:
    """The offsets of the scenes of all stacks, and what is judged of them, on which all rests.

    Targets by themselves, as Snakemake makes what a failed job took away again for these alone.
    """
    return [
        *for_products(
            rules.inventory.output.grid,
            rules.analyse.output.measurements,
            rules.template.output.image,
            rules.locate.output.scenes,
            rules.verdict.output.report,
        ),
        *expand(rules.combine.output.scenes, stack=combined_stacks()),
    ]


def located_again() -> list[str]:
    """The same of the corrected stacks."""
    folder = "results/{stack}@corrected"
    names = "measurements.csv", "scenes.csv", "verdict.json"
    return [
        *for_products(*(f"{folder}/{{polarization}}/analysis/{n}" for n in names)),
        *expand(f"{folder}/combined/scenes.csv", stack=combined_stacks()),
    ]


def opened_rows(stack: str) -> list[dict]:
    """The rows of the files of a stack, with what a job opens."""
    rows = listed(stack, f"results/{stack}/stac")
    paths = [
        path
        for polarization in polarizations_of(stack)
        for scene in oldest_first(stack, polarization)
        for path in scene.paths
    ]
    return [row | {"opened": path} for row, path in zip(rows, paths, strict=True)]


def version_of_this() -> str:
    """As CITATION.cff says it."""
    text = (HERE.parent / "CITATION.cff").read_text(encoding="utf-8")
    return re.search(r"^version: *(\S+)", text, re.M)[1]
