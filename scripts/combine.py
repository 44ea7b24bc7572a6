"""One offset a pass out of all polarizations of a stack, judged as the polarizations are."""

import logging

import pandas as pd

from stackio import files, job
from stackshift.stack import answers, causes, combination, judgement_columns, looks
from stackshift.stack import columns as c
from stackshift.stack.judged import judge, rows_of
from stackshift.stack.zero import STACK, Zero


def main(
    scenes: dict[str, str],
    pairs: dict[str, str],
    inventories: list[str],
    requirement: dict,
    reference: str | None,
    outputs: dict[str, str],
) -> None:
    """Write the combined offsets and what follows for the requirement.

    Parameters
    ----------
    scenes, pairs : tables of each polarization, the first of the config first.
    inventories : JSONs of what each polarization is made of.
    requirement : as for the verdict of a polarization.
    reference : what offsets are relative to, as ``align: reference`` of the config says it.
    outputs : paths of ``scenes``, ``pairs`` and ``table`` (CSV), ``report`` (JSON).
    """
    names = {c.SCENE: str, c.REFERENCE: str, c.SECONDARY: str}
    read = [
        {p: pd.read_csv(path, dtype=names) for p, path in paths.items()}
        for paths in (scenes, pairs)
    ]
    zero = Zero.of(reference)
    table, summary = combination.of_scenes(read[0], None if zero.kind == STACK else reference)
    both = combination.of_pairs(read[1])
    # A file that one polarization lacks is no loss if the other one has the scene.
    left_out = [entry for path in inventories for entry in files.read_json(path)["left_out"]]
    left_out = [e for e in left_out if not e["scene"] or e["scene"] not in set(table[c.SCENE])]
    seen = looks.beside(table, list(read[0].values()))
    told = {"from": zero.words, "absolute": zero.absolute}
    judged = judge(seen, both, requirement, left_out, told)
    judged["to_look_at"] = [
        *causes.of_scenes(judged["left_out"], judged["outliers"]),
        *causes.of_pairs(judged["pairs"]["any_two_within"], requirement),
        *causes.of_time(judged["in_time"]),
    ]
    files.write_csv(outputs["scenes"], table)
    files.write_csv(outputs["pairs"], both)
    files.write_csv(
        outputs["table"],
        pd.DataFrame(rows_of(judged), columns=list(judgement_columns.VERDICT_TABLE)),
    )
    files.write_json(outputs["report"], judged | {"combined": summary})
    disagree = list(table[c.SCENE][table[c.FLAG].str.contains(combination.DISAGREE)])
    for axis in ("east", "north"):
        found = summary[axis]
        logging.info(
            "%s: correlation of the errors %.2f, errors widened %.2f times",
            axis, found["correlation"], found["widened"],
        )  # fmt: skip
    if disagree:
        logging.warning("the polarizations disagree on %s", answers.listed(disagree))


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            scenes=dict(zip(snakemake.params.polarizations, snakemake.input.scenes, strict=True)),
            pairs=dict(zip(snakemake.params.polarizations, snakemake.input.pairs, strict=True)),
            inventories=list(snakemake.input.inventories),
            requirement=snakemake.params.requirement,
            reference=snakemake.params.reference,
            outputs=dict(snakemake.output.items()),
        )
