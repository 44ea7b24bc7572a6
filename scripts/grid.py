"""Find the one grid of a stack: CRS, geotransform and size, on the scenes' own pixel lattice."""

import logging

from stackio import earth, job, raster
from stackshift.errors import InputError
from stackshift.ground import lattice as grids
from stackshift.ground import longitudes

# How many times the area of all scenes their union may have.
_SPARSE = 20


def main(
    scenes: list[str], path: str, extent: str, bounds: list[float] | None, unreadable: str = "stop"
) -> None:
    """Write the grid of a stack.

    Parameters
    ----------
    scenes : rasters from the oldest to the newest. For ``extent: bounds`` the oldest that can be
        read suffices, which is what keeps the grid of a growing stack as it is.
    path : JSON to write.
    extent : ``union``, ``intersection`` or ``bounds``.
    bounds : [left, bottom, right, top] in the CRS of the stack, for ``extent: bounds``.
    unreadable : ``stop``, or ``leave_out`` to take no notice of scenes that cannot be used.

    Raises
    ------
    InputError
        If no grid can be made of the scenes.
    """
    found, boxes = [], {}
    for scene in scenes:
        try:
            with raster.open_scene(scene) as source:
                found.append((scene, raster.grid_of(source)))
                boxes[scene] = raster.bounds_in_degrees(source)
        except InputError as error:
            if unreadable == "stop":
                raise
            logging.warning("left out: %s", error)
        if found and extent == "bounds":
            break
    if unreadable == "leave_out" and extent != "bounds":
        far = grids.far_from_the_others(boxes)
        found = [one for one in found if one[0] not in far]
    if not found:
        raise InputError("superset: none of the scenes can be read")
    turns = {grid.crs: earth.turn_of(grid.crs) for _, grid in found}
    placed = grids.in_one_turn([grid for _, grid in found], turns)
    found = [(scene, grid) for (scene, _), grid in zip(found, placed, strict=True)]
    lattice = grids.commonest_lattice(placed)
    for scene, grid in found:
        if not grids.same_lattice(grid, lattice):
            logging.warning("%s is off the stack's pixel lattice and will be resampled", scene)
    try:
        turn = turns[lattice.crs]
        box = _box(found, lattice.crs, turn, extent, bounds)
        grid = grids.snap(box, grids.grid_beside(lattice, box, turn) if turn else lattice)
    except InputError as error:
        raise InputError(f"superset: {error}") from None
    largest = max(one.width * one.height for _, one in found)
    if extent == "union" and grid.width * grid.height > _SPARSE * len(found) * largest:
        raise InputError(
            f"superset: the scenes lie so far apart that their union has {grid.width} x "
            f"{grid.height} pixels; make a stack of each place, or give "
            "'superset: {extent: bounds}'"
        )
    logging.info("%s: %d x %d pixels in %s", extent, grid.width, grid.height, grid.crs)
    raster.write_grid(path, grid)


def _box(found, crs, turn, extent, bounds):
    if extent == "bounds":
        return tuple(bounds)
    boxes = []
    for scene, grid in found:
        if grid.crs == crs:
            boxes.append(grid.bounds)
        else:
            with raster.open_scene(scene) as source:
                boxes.append(raster.bounds_in(source, crs))
    if turn:
        boxes = longitudes.side_by_side(boxes, turn)
    return grids.union(boxes) if extent == "union" else grids.intersection(boxes)


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            scenes=list(snakemake.params.scenes),
            path=snakemake.output.grid,
            extent=snakemake.params.extent,
            bounds=snakemake.params.bounds,
            unreadable=snakemake.params.unreadable,
        )
