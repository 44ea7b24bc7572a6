# The scenes and pairs of each stack and polarization, known before any job runs.
from snakemake.logging import logger

from stackflow import grids, headers, headings, leftover
from stackflow.forced import is_forced
from stackflow.acquisitions import Scene
from stackflow.results import is_table, labelled
from stackflow.stacks import assemble, simulated
from stackflow.tiling import tiles_for
from stackio.files import read_json
from stackshift.ground.lattice import Grid, intersection, snap
from stackshift.simulate.place import ground_grid
from stackshift.stack.pairing import (
    check_scene,
    choose,
    template_members,
    template_pairs,
)
from stackshift.stack.zero import Zero

ANALYSIS = "results/{stack}/{polarization}/analysis"
TABLES = (
    "measurements",
    "pairs",
    "tiles",
    "scenes",
    "scene_tiles",
    "residuals",
    "why",
    "verdict",
)
REAL_STACK = r"[A-Za-z0-9][\w.-]*"
# What is derived from a stack: for the injection test displaced by interpolation, and as displaced
# means of boxes of pixels; and corrected, which is judged as the stack itself is.
DERIVED = "@(injected|boxes|corrected)"
JUDGED_STACK = rf"{REAL_STACK}(@corrected)?"


wildcard_constraints:
    stack=rf"{REAL_STACK}({DERIVED})?",
    polarization="VV|VH|HH|HV",
    other="VV|VH|HH|HV",
    scene=r"\d{8}T\d{6}",
    reference=r"\d{8}T\d{6}",
    secondary=r"\d{8}T\d{6}",


def simulated_grid(settings: dict) -> Grid:
    """The grid of a simulated stack, whose scenes are not there yet."""
    whole = ground_grid(settings["simulate"])
    extent, bounds = grids.extent(settings, config["superset"])
    if extent == "union":
        return whole
    if extent == "intersection":
        # Imported here, as extents are drawn by chance and NumPy takes its time.
        from stackshift.simulate.simulated_stack import scene_grids

        bounds = intersection([g.bounds for g in scene_grids(settings["simulate"])])
    return snap(bounds, whole)


def find_products() -> tuple[dict, dict, list[str]]:
    """The products by (stack, polarization), the config's entry of each stack, lines to print."""
    products, entries, lines = {}, {}, []
    for name, settings in config["stacks"].items():
        if "simulate" in settings:
            grid = simulated_grid(settings)
            found = {
                (name, polarization): simulated(
                    name, settings["simulate"], polarization, grid
                )
                for polarization in settings["polarizations"]
            }
        else:
            found, said = assemble(
                name, settings, config["superset"], config["check"]["unreadable"]
            )
            lines += said
        if taken := sorted({stack for stack, _ in found} & set(entries)):
            raise InputError(
                f"stack '{name}': a track of it would be called '{taken[0]}', as another stack is; rename one"
            )
        headings.check(
            name, [s for each in found.values() for s in each.scenes.values()], settings
        )
        products |= found
        entries |= {stack: settings for stack, _ in found}
    return products, entries, lines


def check_looks() -> None:
    """Refuse a requirement along range and azimuth of scenes whose headings are not known."""
    if config["requirement"]["shape"] != "range_azimuth":
        return
    for (stack, polarization), product in PRODUCTS.items():
        for name, scene in product.scenes.items():
            if not headings.is_known(headings.told(scene, STACKS[stack])):
                raise InputError(
                    f"stack '{stack}', {polarization}: requirement.shape range_azimuth needs the "
                    f"heading of all scenes, and that of {name} is not known; give the stack a "
                    "'heading:' in degrees"
                )


def choose_pairs() -> dict:
    """The pairs (reference, secondary) by (stack, polarization)."""
    pairs = {}
    for (stack, polarization), product in PRODUCTS.items():
        scenes = product.scenes
        try:
            pairs[stack, polarization] = choose(scenes, config["pairs"])
            if not without_reference(stack):
                check_scene(ZERO.scene, scenes, "align.reference")
        except InputError as error:
            raise InputError(f"stack '{stack}', {polarization}: {error}") from None
    return pairs


def without_reference(stack: str) -> bool:
    """Whether the scene that offsets are from is one of other stacks, and none of this one."""
    of = {
        name for (name, _), product in PRODUCTS.items() if ZERO.scene in product.scenes
    }
    return bool(of) and stack not in of


def reference_of(stack: str) -> str | None:
    """What the offsets of a stack are relative to, as ``align: reference`` says it."""
    return None if without_reference(real(stack)) else config["align"]["reference"]


def choose_tiles() -> dict:
    """(rows, columns) of tiles by (stack, polarization)."""
    method = config["correlate"]["method"]
    tiles = {}
    for (stack, polarization), product in PRODUCTS.items():
        try:
            tiles[stack, polarization] = tiles_for(
                product.grid, config["tiles"], method
            )
        except InputError as error:
            raise InputError(f"stack '{stack}', {polarization}: {error}") from None
    return tiles


try:
    check_finite(config)
    ZERO = Zero.of(config["align"]["reference"])
    if workflow.is_main_process:
        headers.forget(everything=is_forced())
    PRODUCTS, STACKS, SAID = find_products()
    check_looks()
    PAIRS = choose_pairs()
    TILES = choose_tiles()
    RESULTS = labelled(config["compare"], [stack for stack, _ in PRODUCTS])
except InputError as error:
    raise WorkflowError(str(error)) from None


def real(stack: str) -> str:
    """The stack that a derived one comes from, or a real one itself."""
    return stack.partition("@")[0]


def product_of(wildcards):
    """The stack and polarization of a job: scenes, grid, what was noticed."""
    return PRODUCTS[real(wildcards.stack), wildcards.polarization]


def grid_of(wildcards) -> dict:
    """The common grid of a job's stack, as it stands in `grid.json`."""
    return product_of(wildcards).grid.record()


def noticed(wildcards) -> dict:
    """What is to be said of a job's stack besides its scenes."""
    product = product_of(wildcards)
    return {
        "track": product.track,
        "direction": product.direction,
        "left_out": list(product.left_out),
        "remarks": list(product.remarks),
        "prepared": prepared_told(real(wildcards.stack), wildcards.polarization),
    }


def tiles_of(wildcards) -> tuple[int, int]:
    """(rows, columns) of tiles that a scene of a job is cut into."""
    return TILES[real(wildcards.stack), wildcards.polarization]


def scenes_of(wildcards) -> dict:
    """The scenes of the stack and polarization of a job, newest first."""
    return product_of(wildcards).scenes


def scene_of(wildcards):
    """The scene of a job."""
    return scenes_of(wildcards)[wildcards.scene]


def seen_by(wildcards) -> dict[str, dict]:
    """What is told of how each scene of a job's stack was seen, by name."""
    settings = STACKS[real(wildcards.stack)]
    return {
        name: headings.told(scene, settings)
        for name, scene in scenes_of(wildcards).items()
    }


def has_looks(stack: str, polarization: str) -> bool:
    """Whether the heading of a scene of a stack and polarization is known."""
    scenes = PRODUCTS[real(stack), polarization].scenes.values()
    return any(
        headings.is_known(headings.told(scene, STACKS[stack])) for scene in scenes
    )


def pairs_of(stack: str, polarization: str) -> list[tuple[str, str]]:
    """(reference, secondary) of all pairs of a stack and polarization."""
    return PAIRS[real(stack), polarization]


def members_of(wildcards) -> list[str]:
    """The scenes that the template of the stack and polarization of a job is made of."""
    return template_members(scenes_of(wildcards))


def for_products(*patterns: str) -> list[str]:
    """The patterns filled in for each stack and polarization."""
    stacks, polarizations = zip(*PRODUCTS, strict=True)
    # Snakemake's own, as it keeps whether a module's prefix is there already.
    return expand(list(patterns), zip, stack=stacks, polarization=polarizations)


def for_scenes(pattern: str) -> list[str]:
    """A pattern filled in for each scene of each stack and polarization."""
    names = [
        (*names, scene)
        for names, product in PRODUCTS.items()
        for scene in product.scenes
    ]
    stacks, polarizations, scenes = zip(*names, strict=True)
    return expand(pattern, zip, stack=stacks, polarization=polarizations, scene=scenes)


def measurements_of(stack: str, polarization: str) -> list[str]:
    """The JSONs of all pairs of a stack and polarization."""
    return [
        f"results/{stack}/{polarization}/correlation/{reference}__{secondary}.json"
        for reference, secondary in pairs_of(stack, polarization)
    ]


def offsets_of(stack: str, polarization: str) -> list[str]:
    """What was measured of each scene of a stack and polarization."""
    return [
        f"results/{stack}/{polarization}/offsets/{scene}.json"
        for scene in PRODUCTS[real(stack), polarization].scenes
    ]


def polarizations_of(stack: str) -> list[str]:
    """The polarizations in which a stack has scenes, in the order of the config."""
    return [polarization for name, polarization in PRODUCTS if name == stack]


def comparisons_of(stack: str, polarization: str) -> list[str]:
    """The comparisons of a polarization with the first of its stack, or of the first with all."""
    first, *others = polarizations_of(real(stack))
    return [
        f"results/{stack}/comparison/{first}_{other}.json"
        for other in others
        if polarization in (first, other)
    ]


def scenes_of_result(label: str, polarization: str) -> str:
    """The table of the scenes of a result that is compared."""
    result = RESULTS[label]
    if is_table(result):
        return result.replace("{polarization}", polarization)
    return f"results/{result}/{polarization}/analysis/scenes.csv"


def apart_of(wildcards) -> dict:
    """How far the templates of two stacks lie from each other; nothing of an earlier run's."""
    if is_table(RESULTS[wildcards.second]):
        return {}
    folder = f"results/comparison/{wildcards.first}__{wildcards.second}"
    return {"apart": f"{folder}/{wildcards.polarization}_apart.json"}


def is_simulated(stack: str) -> bool:
    """Whether the workflow makes the scenes of a stack itself."""
    return "simulate" in STACKS.get(stack, {})


def is_corrected(stack: str) -> bool:
    """Whether a stack is derived, its scenes being moved by minus their offsets."""
    return stack.endswith("@corrected")


def made(stack: str, scenes) -> list[str]:
    """The files of scenes that the workflow makes itself: inputs that Snakemake follows.

    Scenes of the user are no inputs: Snakemake compares time stamps alone, and so takes no notice of
    an older file in a newer one's place, and fails on a file whose time stamp lies in the future.
    """
    if not is_simulated(stack):
        return []
    return [path for scene in scenes for path in scene.paths]


def sources(stack: str, scene: Scene) -> list[dict]:
    """The files of a scene as a job opens them: path, band, and what its values are."""
    files = [
        source.as_opened(STACKS[stack].get("values", "auto"))
        for source in scene.sources
    ]
    if is_simulated(stack):
        return [{**file, "path": placed(file["path"])} for file in files]
    return files


def inputs_of(wildcards) -> list[str]:
    """The files of a job's scene that the workflow makes itself; of a corrected one as corrected."""
    if is_corrected(wildcards.stack):
        return corrected_inputs(wildcards)
    return made(wildcards.stack, [scene_of(wildcards)])


def files_of(wildcards) -> list[dict]:
    """The files of a job's scene as it opens them."""
    if is_corrected(wildcards.stack):
        return corrected_files(wildcards)
    return sources(wildcards.stack, scene_of(wildcards))


def written(stack: str, scenes) -> list:
    """Size and time stamp of each file that the workflow does not make: a parameter of who reads it."""
    if is_simulated(stack) or is_corrected(stack):
        return []
    return [headers.stamp_of(path) for scene in scenes for path in scene.paths]


def truth_of(wildcards) -> dict:
    """The file with the true offsets, for a simulated stack only."""
    if is_simulated(wildcards.stack):
        return {"truth": f"results/{wildcards.stack}/simulated/truth.csv"}
    return {}


def enlarged() -> list[str]:
    """A line for each stack whose grid is another than that of the last run, as all is made anew."""
    lines = []
    for (stack, polarization), product in PRODUCTS.items():
        path = Path(placed(f"results/{stack}/{polarization}/grid.json"))
        if not path.is_file():
            continue
        before, now = read_json(path), product.grid.record()
        if before != now:
            lines.append(
                f"stack '{stack}', {polarization}: the common grid is now {now['width']} x {now['height']} pixels, "
                f"before {before['width']} x {before['height']}: all {len(product.scenes)} scenes are made again; "
                f"to keep it as it was, give the stack 'bounds: {before['bounds']}'"
            )
    return lines


def of_before() -> list[str]:
    """Folders of results that an earlier config made, and this one does not."""
    return leftover.of_before(config["stacks"], PRODUCTS)


# Once a call, as each job reads this again.
if workflow.is_main_process:
    for line in (*SAID, *enlarged()):
        logger.warning(line)
    for stack in dict.fromkeys(stack for stack, _ in PRODUCTS):
        if without_reference(stack):
            logger.warning(
                f"stack '{stack}' has no scene {ZERO.scene} (align.reference): its offsets are from its median"
            )
    for folder in of_before():
        logger.warning(
            f"{folder} is of an earlier run and no part of this one; move it away"
        )
