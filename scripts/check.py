"""Look at every scene before any work: can it be read, and does it lie with the others?"""

import logging

from stackio import files, job, raster
from stackshift.errors import InputError
from stackshift.ground.lattice import far_from_the_others


def main(scenes: dict[str, str], path: str, unreadable: str, together: bool) -> None:
    """Write what is wrong with each scene, or stop at the first that is bad.

    Parameters
    ----------
    scenes : path of each scene by its name.
    path : JSON to write: for each scene its path and the reason why it is left out, or null.
    unreadable : ``stop``, or ``leave_out`` to go on without the bad scenes.
    together : whether the scenes define the grid, so that none may lie far from the others.

    Raises
    ------
    InputError
        For a bad scene with ``stop``, and if fewer than two good ones are left.
    """
    reasons: dict[str, str | None] = {}
    boxes = {}
    for name, scene in scenes.items():
        try:
            with raster.open_scene(scene) as source:
                raster.check_complete(source, scene)
                boxes[name] = raster.bounds_in_degrees(source)
            reasons[name] = None
        except InputError as error:
            reasons[name] = str(error)
    if together:
        for name in far_from_the_others(boxes):
            reasons[name] = (
                f"{scenes[name]} lies far from the other scenes of the stack; take it out, or give "
                "'superset: {extent: bounds}'"
            )
    bad = [reason for reason in reasons.values() if reason]
    for reason in bad:
        logging.warning(reason)
    if bad and unreadable == "stop":
        more = f" (and {len(bad) - 1} more bad scenes: see the log)" if len(bad) > 1 else ""
        raise InputError(
            f"{bad[0]}{more}; or go on without, with 'check: {{unreadable: leave_out}}'"
        )
    if scenes and len(scenes) - len(bad) < 2:
        raise InputError(f"fewer than two scenes can be used; the first that cannot: {bad[0]}")
    files.write_json(
        path,
        {name: {"path": scenes[name], "reason": reason} for name, reason in reasons.items()},
    )
    logging.info("%d scenes, %d left out", len(scenes), len(bad))


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            scenes=dict(snakemake.params.scenes),
            path=snakemake.output.report,
            unreadable=snakemake.params.unreadable,
            together=snakemake.params.together,
        )
