# The scenes and pairs of each stack and polarization, known before any job runs.
from stackflow.catalogue import check_apart, find, simulated, stamp
from stackshift.stack.pairing import (
    check_scene,
    choose,
    template_members,
    template_pairs,
)

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
REAL_STACK = r"[A-Za-z0-9][\w.-]*"
# What is derived from a stack for the injection test: displaced by interpolation, and as displaced
# means of boxes of pixels.
INJECTED = "@(injected|boxes)"


wildcard_constraints:
    stack=rf"{REAL_STACK}({INJECTED})?",
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
            check_scene(config["align"]["reference"], scenes, "align.reference")
        except InputError as error:
            raise InputError(f"stack '{stack}', {polarization}: {error}") from None
    return pairs


try:
    check_finite(config)
    PRODUCTS = find_products()
    PAIRS = choose_pairs()
except InputError as error:
    raise WorkflowError(str(error)) from None


def real(stack: str) -> str:
    """The stack that a derived one comes from, or a real one itself."""
    return stack.partition("@")[0]


def scenes_of(wildcards) -> dict:
    """The scenes of the stack and polarization of a job, newest first."""
    return PRODUCTS[real(wildcards.stack), wildcards.polarization]


def scene_of(wildcards):
    """The scene of a job."""
    return scenes_of(wildcards)[wildcards.scene]


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
        (*product, scene) for product, scenes in PRODUCTS.items() for scene in scenes
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
        for scene in PRODUCTS[real(stack), polarization]
    ]


def comparisons_of(stack: str, polarization: str) -> list[str]:
    """The comparisons of a polarization with the first of its stack, or of the first with all."""
    first, *others = config["stacks"][real(stack)]["polarizations"]
    return [
        f"results/{stack}/comparison/{first}_{other}.json"
        for other in others
        if polarization in (first, other)
    ]


def is_simulated(stack: str) -> bool:
    """Whether the workflow makes the scenes of a stack itself."""
    return "simulate" in config["stacks"].get(stack, {})


def made(stack: str, scenes) -> list[str]:
    """The files of scenes that the workflow makes itself: inputs that Snakemake follows.

    Scenes of the user are no inputs: Snakemake compares time stamps alone, and so takes no notice of
    an older file in a newer one's place, and fails on a file whose time stamp lies in the future.
    """
    return [scene.path for scene in scenes] if is_simulated(stack) else []


def source(stack: str, scene) -> str:
    """The path of a scene as a job opens it."""
    return placed(scene.path) if is_simulated(stack) else scene.path


def written(stack: str, scenes) -> list:
    """Size and time stamp of each scene that the workflow does not make: a parameter of who reads it."""
    return [] if is_simulated(stack) else [stamp(scene.path) for scene in scenes]


def truth_of(wildcards) -> dict:
    """The file with the true offsets, for a simulated stack only."""
    if is_simulated(wildcards.stack):
        return {"truth": f"results/{wildcards.stack}/simulated/truth.csv"}
    return {}


def extent_of(stack: str) -> tuple[str, list[float] | None]:
    """How the grid of a stack is found, and its bounds if they are fixed."""
    bounds = config["stacks"][real(stack)].get("bounds")
    if bounds:
        return "bounds", bounds
    return config["superset"]["extent"], config["superset"]["bounds"]


def checked(wildcards) -> dict:
    """The scenes to look at before any work, newest first; none of a simulated stack."""
    return {} if is_simulated(wildcards.stack) else scenes_of(wildcards)


def grid_scenes(wildcards) -> list:
    """The scenes that define the grid, oldest first.

    Fixed bounds need only the oldest, so that a scene that is added later changes no input.
    """
    scenes = list(reversed(scenes_of(wildcards).values()))
    if extent_of(wildcards.stack)[0] == "bounds":
        # A second and a third in case that the oldest is one to be left out.
        return scenes[: 1 if config["check"]["unreadable"] == "stop" else 3]
    return scenes
