"""What a correction has done: the corrected stack, measured again, beside the stack as it was."""

import stackio.job as job

import logging
import math

import pandas as pd

from stackio import earth, files, raster
from stackplot import before_after, drawing
from stackshift.stack import columns as c
from stackshift.stack import combination, proof
from stackshift.stack.zero import STACK, Zero


def main(
    inputs: dict[str, str],
    tiles: dict[str, list[str]],
    scenes: dict[str, dict[str, str]],
    reference: str | None,
    requirement: dict,
    title: str,
    outputs: dict[str, str],
) -> None:
    """Write the table, the summary and the figure.

    Parameters
    ----------
    inputs : paths of the tables of the scenes ``before`` and ``after``, and of the JSONs
        ``moves``, ``verdict_before``, ``verdict_after`` and ``grid``.
    tiles : tables of the scenes' tiles ``before`` and ``after``, one of each polarization.
    scenes : tables of the scenes ``before`` and ``after`` by polarization, the first of the config
        first.
    reference : what offsets are relative to, as ``align: reference`` of the config says it.
    requirement : as in the config, of which ``metres`` are drawn.
    title : stack and polarizations.
    outputs : paths of ``table`` (CSV), ``report`` (JSON), ``figure`` and ``figure_png``.
    """
    before, after = (
        pd.read_csv(inputs[name], dtype={c.SCENE: str}) for name in ("before", "after")
    )
    cut = [
        tuple(pd.read_csv(path, dtype={c.SCENE: str}) for path in paths)
        for paths in zip(tiles["before"], tiles["after"], strict=True)
    ]
    verdicts = [files.read_json(inputs[f"verdict_{name}"]) for name in ("before", "after")]
    zero = Zero.of(reference)
    if len(scenes["before"]) > 1:
        of_each = [
            {p: pd.read_csv(path, dtype={c.SCENE: str}) for p, path in scenes[name].items()}
            for name in ("before", "after")
        ]
        of_zero = None if zero.kind == STACK else reference
        after = combination.measured_again(before, after, *of_each, of_zero)
    pixel = earth.pixel_in_the_middle(raster.read_grid(inputs["grid"]))
    table = proof.table(before, after, files.read_json(inputs["moves"]), zero, cut)
    posting = math.sqrt(math.hypot(*pixel.column) * math.hypot(*pixel.row))
    found = proof.summary(table, posting)
    answers = {
        name: {key: verdict[key] for key in ("verdict", "answers", "CE90", "worst_scene")}
        for name, verdict in zip(("before", "after"), verdicts, strict=True)
    }
    line = proof.line(found, (verdicts[0]["verdict"], verdicts[1]["verdict"]))
    files.write_csv(outputs["table"], table)
    files.write_json(outputs["report"], {"line": line} | found | {"verdicts": answers})
    drawing.reproducible()
    figure = before_after.drawn(table, found, requirement["metres"], title, zero.words)
    drawing.save(figure, outputs["figure"], outputs["figure_png"])
    logging.info(line)


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            inputs={
                name: path
                for name, path in snakemake.input.items()
                if not name.startswith(("tiles_", "scenes_"))
            },
            tiles={name: list(snakemake.input[f"tiles_{name}"]) for name in ("before", "after")},
            scenes={
                name: dict(
                    zip(
                        snakemake.params.polarizations,
                        snakemake.input[f"scenes_{name}"],
                        strict=True,
                    )
                )
                for name in ("before", "after")
            },
            reference=snakemake.params.reference,
            requirement=snakemake.params.requirement,
            title=f"{snakemake.wildcards.stack} {' and '.join(snakemake.params.polarizations)}",
            outputs=dict(snakemake.output.items()),
        )
