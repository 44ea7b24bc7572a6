"""Record what a stack is made of: its grid, the files of each scene, what was noticed."""

import stackio.job as job

import logging

from stackio import files


def main(grid: dict, scenes: dict, noticed: dict, record: str, inventory: str) -> None:
    """Write what was found when the config was read.

    Parameters
    ----------
    grid : the common grid, as `stackshift.ground.lattice.Grid.record` gives it.
    scenes : platform and files of each scene by its name, newest first.
    noticed : track, direction, what was left out and why, and lines that are worth a look.
    record, inventory : JSONs to write, of the grid and of all the rest.
    """
    files.write_json(record, grid)
    files.write_json(inventory, {"scenes": scenes} | noticed)
    logging.info("%d scenes on %d x %d pixels", len(scenes), grid["width"], grid["height"])


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            grid=snakemake.params.grid,
            scenes=dict(snakemake.params.scenes),
            noticed=dict(snakemake.params.noticed),
            record=snakemake.output.grid,
            inventory=snakemake.output.inventory,
        )
