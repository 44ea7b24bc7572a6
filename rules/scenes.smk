# The scenes of each stack and polarization, known before any job runs.
from dataclasses import replace
from functools import partial

from stackflow import grids, headers, headings, simulated
from stackflow.forced import is_forced
from stackflow.known import Known
from stackflow.stacks import assemble
from stackshift.ground.lattice import Grid, intersection, snap
from stackshift.simulate import planted
from stackshift.simulate.place import ground_grid


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
            simulated.check(name, settings)
            grid = simulated_grid(settings)
            plants = settings["simulate"]["planted"]
            try:
                planted.check(plants, settings["simulate"]["scenes"])
            except InputError as error:
                raise InputError(f"stack '{name}': {error}") from None
            found = {
                (name, polarization): simulated.simulated(
                    name,
                    settings["simulate"],
                    polarization,
                    grid,
                    partial(planted.made, plants),
                )
                for polarization in settings["polarizations"]
            }
        else:
            found, said = assemble(
                name,
                settings,
                config["superset"],
                config["check"]["unreadable"],
                Path(placed("results")),
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
    return (
        Known(
            {key: told_of_scenes(*key, product) for key, product in products.items()},
            "stack and polarization",
        ),
        Known(entries, "stack"),
        lines,
    )


def told_of_scenes(stack: str, polarization: str, product):
    """A product of which a scene that a path names and that is not there is told."""
    scenes = Known(product.scenes, f"scene of {stack}/{polarization}")
    return replace(product, scenes=scenes)


if workflow.is_main_process:
    headers.forget(everything=is_forced())
try:
    PRODUCTS, STACKS, SAID = find_products()
except InputError as error:
    raise WorkflowError(str(error)) from None


def product_of(wildcards):
    """The stack and polarization of a job: scenes, grid, what was noticed."""
    return PRODUCTS[real(wildcards.stack), wildcards.polarization]


def grid_of(wildcards) -> dict:
    """The common grid of a job's stack, as it stands in `grid.json`."""
    return product_of(wildcards).grid.record()


def scenes_of(wildcards) -> dict:
    """The scenes of the stack and polarization of a job, newest first."""
    return product_of(wildcards).scenes


def scene_of(wildcards):
    """The scene of a job."""
    return scenes_of(wildcards)[wildcards.scene]


def polarizations_of(stack: str) -> list[str]:
    """The polarizations in which a stack has scenes, in the order of the config."""
    STACKS[stack]  # which refuses a stack that there is not
    return [polarization for name, polarization in PRODUCTS if name == stack]


def is_simulated(stack: str) -> bool:
    """Whether the workflow makes the scenes of a stack itself."""
    return "simulate" in STACKS.get(stack, {})
