"""Small files: written whole or not at all, JSON without NaN, tables as CSV."""

import csv
import glob
import json
import os
from contextlib import contextmanager
from pathlib import Path

from stackshift.stack import columns


@contextmanager
def whole(path):
    """A path to write to, which takes the place of ``path`` only if the block succeeds.

    It carries the number of the process: a job whose workflow was killed may still be writing when
    the next run makes the same file. What dead processes left is removed.
    """
    path = Path(path)
    for stale in path.parent.glob(f".{glob.escape(path.stem)}.*.part{path.suffix}"):
        if not Path("/proc", stale.name.split(".")[-3]).exists():
            stale.unlink(missing_ok=True)
    part = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        yield part
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def write_json(path, content) -> None:
    """Valid JSON, which has no NaN: a value that does not exist must be None."""
    with whole(path) as part:
        part.write_text(
            json.dumps(content, indent=1, allow_nan=False, ensure_ascii=False) + "\n",
            encoding="utf-8",
        )


def read_json(path):
    """The content of a JSON file."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


def write_csv(path, table) -> None:
    """A pandas table as CSV: micrometres are enough, a missing value is an empty field."""
    with whole(path) as part:
        table.round(6).to_csv(part, index=False, lineterminator="\n")


def read_truth(path: str | None) -> dict[str, tuple[float, float]] | None:
    """True offset (east, north) in metres of each scene, or None without a file."""
    if not path:
        return None
    with open(path, newline="", encoding="utf-8") as lines:
        return {
            row[columns.SCENE]: (float(row[columns.OFFSET_EAST]), float(row[columns.OFFSET_NORTH]))
            for row in csv.DictReader(lines)
        }
