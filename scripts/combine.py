"""One offset a pass out of all polarizations of a stack, judged as the polarizations are."""

import stackio.job as job

import logging

import pandas as pd

from stackio import files
from stackshift.stack import (
    answers,
    causes,
    combination,
    explanation,
    judgement_columns,
    looks,
    screening,
    shown,
)
from stackshift.stack import columns as c
from stackshift.stack.judged import judge, rows_of
from stackshift.stack.zero import STACK, Zero


def main(
    scenes: dict[str, str],
    pairs: dict[str, str],
    said: dict[str, dict[str, str]],
    chosen: list[tuple[str, str]],
    requirement: dict,
    reference: str | None,
    outputs: dict[str, str],
    moved: bool = False,
) -> None:
    """Write the combined offsets, what they follow, and what that is for the requirement.

    Parameters
    ----------
    scenes, pairs : tables of each polarization, the first of the config first.
    said : JSONs of each polarization: the ``inventory`` of what it is made of, the ``findings``
        and the ``verdict``.
    chosen : pairs of the scenes of all polarizations together, as for `combination.of_pairs`.
    requirement : as for the verdict of a polarization.
    reference : what offsets are relative to, as ``align: reference`` of the config says it.
    outputs : paths of ``scenes``, ``pairs``, ``why`` and ``table`` (CSV), ``report`` (JSON).
    moved : whether scenes were moved by what was measured of them, as for `locate`.
    """
    names = {c.SCENE: str, c.REFERENCE: str, c.SECONDARY: str}
    read = [
        {p: pd.read_csv(path, dtype=names) for p, path in paths.items()}
        for paths in (scenes, pairs)
    ]
    inventories, findings, verdicts = (
        {p: files.read_json(path) for p, path in said[name].items()}
        for name in ("inventory", "findings", "verdict")
    )
    zero = Zero.of(reference)
    of_zero = None if zero.kind == STACK else reference
    table, summary = combination.of_scenes(read[0], of_zero)
    both = combination.of_pairs(read[1], chosen)
    # A file that one polarization lacks is no loss if the other one has the scene.
    left_out = [entry for one in inventories.values() for entry in one["left_out"]]
    left_out = [e for e in left_out if not e["scene"] or e["scene"] not in set(table[c.SCENE])]
    seen = looks.beside(table, list(read[0].values()))
    told = {"from": zero.words, "absolute": zero.absolute}
    judged = judge(seen, both, requirement, left_out, told)
    why, found = explanation.explained(
        seen,
        combination.attributes(
            {
                p: shown.with_processing(
                    {name: scene["attributes"] for name, scene in one["scenes"].items()},
                    findings[p]["processing"],
                )
                for p, one in inventories.items()
            }
        ),
        screening.AS_QUOTED if moved else screening.LEAST,
        combination.shared(
            list(table[c.SCENE]),
            read[0],
            {p: one["shared"] for p, one in findings.items()},
            of_zero,
        ),
    )
    judged["to_look_at"] = [
        *causes.of_scenes(judged["left_out"], judged["outliers"]),
        *causes.of_pairs(judged["pairs"]["any_two_within"], requirement),
        *causes.of_time(judged["in_time"]),
        *causes.of_findings({"why": found}),
        *causes.of_each({p: verdict["to_look_at"] for p, verdict in verdicts.items()}),
    ]
    files.write_csv(outputs["scenes"], table)
    files.write_csv(outputs["pairs"], both)
    files.write_csv(
        outputs["table"],
        pd.DataFrame(rows_of(judged), columns=list(judgement_columns.VERDICT_TABLE)),
    )
    files.write_csv(outputs["why"], why)
    files.write_json(outputs["report"], judged | {"findings": {"why": found}, "combined": summary})
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
        by_polarization = {
            name: dict(zip(snakemake.params.polarizations, paths, strict=True))
            for name, paths in snakemake.input.items()
        }
        main(
            scenes=by_polarization.pop("scenes"),
            pairs=by_polarization.pop("pairs"),
            said=by_polarization,
            chosen=[tuple(pair) for pair in snakemake.params.chosen],
            requirement=snakemake.params.requirement,
            reference=snakemake.params.reference,
            outputs=dict(snakemake.output.items()),
            moved=snakemake.wildcards.stack.endswith("@corrected"),
        )
