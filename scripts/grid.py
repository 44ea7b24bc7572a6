"""Find the one grid of a stack: CRS, geotransform and size, on the scenes' own pixel lattice."""

import logging

from stackio import files, job, raster
from stackshift import grid as grids
from stackshift.errors import InputError

# How many times the area of all scenes their union may have.
_SPARSE = 20


def main(
    scenes: list[str], path: str, extent: str, bounds: list[float] | None, checked: dict
) -> None:
    """Write the grid of a stack.

    Parameters
    ----------
    scenes : rasters from the oldest to the newest. For ``extent: bounds`` the oldest suffices,
        which is what keeps the grid of a growing stack as it is.
    path : JSON to write.
    extent : ``union``, ``intersection`` or ``bounds``.
    bounds : [left, bottom, right, top] in the CRS of the stack, for ``extent: bounds``.
    checked : path of each scene and the reason why it is left out, from the stage ``check``.
    """
    bad = {entry["path"] for entry in checked.values() if entry["reason"]}
    good = [entry["path"] for _, entry in sorted(checked.items()) if not entry["reason"]]
    scenes = [scene for scene in scenes if scene not in bad] or good[:1]
    found = []
    for scene in scenes:
        with raster.open_scene(scene) as source:
            found.append((scene, raster.grid_of(source)))
    lattice = grids.commonest_lattice([grid for _, grid in found])
    for scene, grid in found:
        if not grids.same_lattice(grid, lattice):
            logging.warning("%s is off the stack's pixel lattice and will be resampled", scene)
    try:
        grid = grids.snap(_box(scenes, lattice.crs, extent, bounds), lattice)
    except InputError as error:
        raise InputError(f"superset: {error}") from None
    largest = max(one.width * one.height for _, one in found)
    if extent == "union" and grid.width * grid.height > _SPARSE * len(found) * largest:
        raise InputError(
            f"superset: the scenes lie so far apart that their union has {grid.width} x "
            f"{grid.height} pixels (on both sides of the antimeridian?); make a stack of each "
            "place, or give 'superset: {extent: bounds}'"
        )
    logging.info("%s: %d x %d pixels in %s", extent, grid.width, grid.height, grid.crs)
    raster.write_grid(path, grid)


def _box(scenes, crs, extent, bounds):
    if extent == "bounds":
        return tuple(bounds)
    boxes = []
    for scene in scenes:
        with raster.open_scene(scene) as source:
            boxes.append(raster.bounds_in(source, crs))
    return grids.union(boxes) if extent == "union" else grids.intersection(boxes)


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            scenes=list(snakemake.params.scenes),
            path=snakemake.output.grid,
            extent=snakemake.params.extent,
            bounds=snakemake.params.bounds,
            checked=files.read_json(snakemake.input.checked),
        )
