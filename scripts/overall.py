"""All stacks together: a row a site and polarization, and one verdict over their products."""

import stackio.job as job

import logging

import pandas as pd

from stackio import files
from stackshift.stack import answers, clusters, judgement, judgement_columns


def main(
    verdicts: list[str],
    names: list[tuple[str, str]],
    counted: list[tuple[str, str]],
    requirement: dict,
    report: str,
    table: str,
) -> None:
    """Judge the products of all stacks, each stack being a site.

    Parameters
    ----------
    verdicts : JSON of the verdict of each stack and polarization, and of all polarizations of a
        stack together.
    names : stack and polarization of each; of all together they are joined by a plus.
    counted : those of the names of which the verdict over all is made, so that each acquisition
        counts once.
    requirement : ``metres``, ``share``, ``confidence``, ``of`` and ``shape``.
    report, table : JSON and CSV to write.
    """
    found = [files.read_json(path) for path in verdicts]
    products = list(zip(names, found, strict=True))
    # Polarizations of a stack see the same passes.
    judged = over([verdict for name, verdict in products if name in counted], requirement)
    judged["counted"] = [{"stack": stack, "polarization": p} for stack, p in counted]
    judged["polarizations"] = {
        polarization: over(
            [verdict for name, verdict in products if name[1] == polarization], requirement
        )
        for polarization in dict.fromkeys(polarization for _, polarization in names)
        if "+" not in polarization
    }
    files.write_json(report, {"requirement": requirement} | judged)
    rows = [
        row | {"counted": int(name in counted)}
        for name, verdict in products
        for row in rows_of(name, verdict, requirement)
    ]
    files.write_csv(table, pd.DataFrame(rows, columns=list(judgement_columns.SITES_TABLE)))
    logging.info("%d stacks: %s", len(counted), judged["verdict"])


def over(verdicts: list[dict], requirement: dict) -> dict:
    """The verdict over the products of some stacks, with both answers on scenes and on pairs."""
    kinds = {}
    for kind in requirement["of"]:
        criteria = [criteria_of(verdict, kind)[requirement["shape"]] for verdict in verdicts]
        found = clusters.pooled(criteria, requirement)
        kinds[kind] = found | {
            "text_these": answers.these(kind, found, requirement, []),
            "text_general": answers.general(kind, found, requirement),
        }
    return {
        "verdict": judgement.together([found["verdict"] for found in kinds.values()]),
        "answers": kinds,
    }


def criteria_of(verdict: dict, kind: str) -> dict[str, dict]:
    """What was judged of the scenes or the pairs of a stack, by criterion."""
    return verdict["criteria"] if kind == "scenes" else verdict["pairs"]["criteria"]


def rows_of(name: tuple[str, str], verdict: dict, requirement: dict) -> list[dict]:
    """A row on the scenes and one on the pairs of a stack and polarization, as judged."""
    look_at = "; ".join(dict.fromkeys(entry["cause"] for entry in verdict["to_look_at"]))
    rows = []
    for kind in requirement["of"]:
        found = criteria_of(verdict, kind)[requirement["shape"]]
        farthest = verdict["worst_scene"] if kind == "scenes" else verdict["pairs"]["worst"]
        rows.append(
            {"stack": name[0], "polarization": name[1], "of": kind}
            | {"criterion": requirement["shape"]}
            | found
            | {"causes": "; ".join(found["causes"]), "to_look_at": look_at}
            | {"CE90": verdict["CE90"]["metres"] if kind == "scenes" else None}
            | {"worst": farthest and farthest["metres"]}
        )
    return rows


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            verdicts=list(snakemake.input.verdicts),
            names=[tuple(name) for name in snakemake.params.names],
            counted=[tuple(name) for name in snakemake.params.counted],
            requirement=snakemake.params.requirement,
            report=snakemake.output.report,
            table=snakemake.output.table,
        )
