"""Which scenes of a stack can be used, and why not: a sheet that the workflow reads back."""

import stackio.job as job

import logging

import pandas as pd

from stackio import files
from stackshift.stack import action_columns as a
from stackshift.stack import columns as c
from stackshift.stack import decision


def main(
    scenes: str, rows: list[dict], unused: list[dict], rule: dict, requirement: dict, table: str
) -> None:
    """Write a row for each file.

    Parameters
    ----------
    scenes : table of the scenes' offsets.
    rows : files of the scenes by the columns of a sheet; ``scene`` tells whose they are.
    unused : files that are no scenes, with the ``reason``.
    rule, requirement : as for `decision.refused`.
    table : CSV to write.
    """
    found = pd.read_csv(scenes, dtype={c.SCENE: str})
    reasons = decision.refused(found, rule, requirement)
    off, error, _ = decision.distances(found, requirement)
    kept = [c.OFFSET_EAST, c.OFFSET_NORTH, c.SIGMA_EAST, c.SIGMA_NORTH, c.FLAG]
    said = found[kept].assign(
        **{a.OFFSET: off, a.ERROR: error, a.REASON: reasons},
        **{a.USABLE: ["false" if reason else "true" for reason in reasons]},
    )
    said.index = pd.Index(found[c.SCENE])
    there: dict[str, dict[str, None]] = {}
    for row in rows:
        there.setdefault(row[c.SCENE], {})[row[a.POLARIZATION]] = None
    told = {scene: " ".join(polarizations) for scene, polarizations in there.items()}
    listed = pd.DataFrame(rows).join(said, on=c.SCENE)
    listed[a.POLARIZATIONS] = listed[c.SCENE].map(told)
    others = pd.DataFrame(unused, columns=[*a.USABLE_TABLE]).assign(**{a.USABLE: "false"})
    whole = pd.concat([listed, others], ignore_index=True) if unused else listed
    files.write_csv(table, whole[list(a.USABLE_TABLE)])
    good = reasons.count("")
    logging.info("%d of %d scenes can be used", good, len(reasons))


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            scenes=snakemake.input.scenes,
            rows=list(snakemake.params.rows),
            unused=list(snakemake.params.unused),
            rule=snakemake.params.rule,
            requirement=snakemake.params.requirement,
            table=snakemake.output.table,
        )
