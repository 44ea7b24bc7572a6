"""Has something begun since the last call? Keeps what was first measured of each scene."""

import stackio.job as job

import html
import logging
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from stackio import files
from stackplot import charts, drawing
from stackshift.errors import InputError
from stackshift.stack import columns, history, watch_columns


def main(
    scenes: str,
    kept: str,
    run_length: float,
    first: int,
    known: str | None,
    title: str,
    outputs: dict[str, str],
    now: datetime | None = None,
) -> None:
    """Append new scenes to the history and draw its charts.

    Parameters
    ----------
    scenes : table of the scenes.
    kept : the history, read if it is there; written last, whole or not at all.
    run_length, first : scenes until a false alarm, and before the first test.
    known : scene up to which, in the order in which they came, alerts are known and alarm no more,
        as `history.labels` calls it; None for none.
    title : stack and polarization.
    outputs : paths of ``table`` (CSV), ``alerts`` (JSON), ``figure``, ``picture`` (SVG, PNG) and
        ``page`` (HTML).
    now : time of this measurement, UTC; by default that of the clock.
    """
    names = {columns.SCENE: str}
    measured = pd.read_csv(scenes, dtype=names, keep_default_na=False)
    before = None
    if Path(kept).is_file():
        before = pd.read_csv(kept, dtype=str, keep_default_na=False)
        if list(before) != list(watch_columns.HISTORY_TABLE):
            raise InputError(
                f"{kept} is no history of this workflow, whose columns are "
                f"{', '.join(watch_columns.HISTORY_TABLE)}; move it away"
            )
    stamp = (now or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")
    try:
        after = history.appended(before, measured, stamp)
    except InputError as error:
        raise InputError(f"{kept}: {error}") from None
    table, alerts, seen = history.watched(after, run_length, first)
    opened = [alert for alert in alerts if known is None or _later(alert["scene"], known, after)]
    drawing.reproducible()
    figure = charts.control_charts(table, seen, alerts, title)
    drawing.save(figure, outputs["figure"], outputs["picture"])
    files.write_csv(outputs["table"], table)
    content = {
        "scenes": after[columns.SCENE].nunique(),
        "tested": int(table["deviate_east"].notna().sum()),
    }
    content |= {"run_length": run_length, "limit": seen.limit, "threshold": seen.threshold}
    besides = history.besides(before, after, measured)
    content |= {"alerts": alerts, "open": opened, "besides": besides}
    files.write_json(outputs["alerts"], content)
    with files.whole(outputs["page"]) as part:
        page = _page(title, content, Path(outputs["picture"]))
        part.write_text(page, encoding="utf-8")
    new = len(after) - (0 if before is None else len(before))
    if new or before is None:
        # What was there stays to the letter.
        lines = Path(kept).read_text(encoding="utf-8") if before is not None else ""
        added = after.iloc[len(after) - new :].copy()
        numbers = [name for name, (unit, _) in watch_columns.HISTORY_TABLE.items() if unit]
        added[numbers] = added[numbers].astype(float).round(6)
        lines += added.to_csv(index=False, header=before is None, lineterminator="\n")
        with files.whole(kept) as part:
            part.write_text(lines, encoding="utf-8")
    else:
        # It is as new as what it was compared with.
        Path(kept).touch()
    logging.info("%d new rows, %d in all, %d open alerts", new, len(after), len(opened))
    for text in besides:
        logging.warning("%s", text)


def _later(scene: str, known: str, rows: pd.DataFrame) -> bool:
    """Whether a scene came after another one, as an older acquisition may do."""
    came = {name: number for number, name in enumerate(history.labels(rows[columns.SCENE]))}
    return came[scene] > came[known] if known in came else scene > known


def _page(title: str, content: dict, picture: Path) -> str:
    """A page with the charts and what they tell, the newest first."""
    alerts, tested = content["alerts"], content["tested"]
    rows = "".join(
        f"<tr><td>{alert['scene']}<td>{html.escape(alert['text'])}"
        f"<td>{'open' if alert in content['open'] else 'known'}"
        for alert in reversed(alerts)
    )
    none = (
        f"Nothing began: {tested} scenes tested." if tested else "Not tested yet: too few scenes."
    )
    told = f"<table><tr><th>told by<th>what<th>{rows}</table>" if alerts else f"<p>{none}</p>"
    told += "".join(f"<p>{html.escape(text)}</p>" for text in content["besides"])
    title = html.escape(title)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Watch: {title}</title>'
        "<style>body{font-family:sans-serif;margin:2em;max-width:75em}td,th{text-align:left;"
        "padding:.2em .8em;border-bottom:1px solid #ccc}img{max-width:100%}</style>"
        f"<h1>Watch: {title}</h1>{told}"
        f'<img src="{html.escape(picture.name)}" alt="Control charts of {title}"></html>\n'
    )


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            scenes=snakemake.input.scenes,
            kept=snakemake.output.history,
            run_length=snakemake.params.run_length,
            first=snakemake.params.first,
            known=snakemake.params.known,
            title=f"{snakemake.wildcards.stack} {snakemake.wildcards.polarization}",
            outputs={name: path for name, path in snakemake.output.items() if name != "history"},
        )
