"""What the overview shows of each product: its numbers, its figure, its scenes that are out."""

import base64
import csv
import math
from pathlib import Path

from stackio import files
from stackshift.stack import columns, digits
from stackshift.stack.digits import told, with_error

# Bytes of figures in the page: Chromium opens no frame of more than 2 MB, which is how the report
# shows it. What is beyond is linked.
ROOM = 1_000_000


def summary(verdict: dict, pairs: str) -> dict:
    """What the front page says about one stack and polarization."""
    with open(pairs, newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return verdict | {
        "radial": verdict["criteria"]["radial"],
        "apart": verdict["pairs"]["criteria"]["radial"],
        "CE90": verdict["CE90"] | circle_told(verdict["CE90"]),
        "pairs_chosen": len(rows),
        "pairs_measured": sum(int(row[columns.COUNT]) > 0 for row in rows),
        "tiles": sum(int(row[columns.TILES]) for row in rows),
        "tiles_counted": sum(int(row[columns.COUNT]) for row in rows),
    }


def circle_told(circle: dict) -> dict[str, str]:
    """A circular error and its limits with the digits that the scene which lies there deserves."""
    size, low, high, sigma = (circle[name] for name in ("metres", "low", "high", "sigma"))
    if size is None:
        return {}
    return {
        "told": digits.holding(size, sigma),
        "low_told": digits.holding(low, sigma, up=False),
        "high_told": "" if high is None else digits.holding(high, sigma),
    }


def embedded(figures: list[str], kind: str) -> list[str | None]:
    """Figures as data URIs; None for those that have no room in a page any more."""
    found: list[str | None] = []
    left = ROOM
    for path in figures:
        content = base64.b64encode(Path(path).read_bytes()).decode()
        left -= len(content)
        found.append(f"data:image/{kind};base64,{content}" if left >= 0 else None)
    return found


def scenes_out(scenes: str, requirement: float) -> list[dict]:
    """The scenes that lie beyond the requirement, stand out, or could not be measured."""
    found = []
    with open(scenes, newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            east, north, sigma_east, sigma_north = (
                float(row[name]) if row[name] else None
                for name in (columns.OFFSET_EAST, columns.OFFSET_NORTH, columns.SIGMA_EAST,
                             columns.SIGMA_NORTH)
            )  # fmt: skip
            radial = None if east is None or north is None else math.hypot(east, north)
            why = [row[columns.FLAG].replace(" ", ", ")] if row[columns.FLAG] else []
            if radial is not None and radial > requirement:
                why.append("beyond the requirement")
            if radial is None and row[columns.MESSAGE]:
                why.append(row[columns.MESSAGE])
            if why or radial is None:
                largest = max(sigma_east or 0, sigma_north or 0)
                found.append(
                    {
                        "scene": row[columns.SCENE],
                        "platform": row[columns.PLATFORM],
                        "east": with_error(east, sigma_east),
                        "north": with_error(north, sigma_north),
                        "radial": told(radial, largest, ""),
                        "why": ", ".join(why),
                    }
                )
    return found


def compared_of(path: str) -> dict:
    """What a comparison of two polarizations says: how far apart they are, and where too far."""
    first, second = Path(path).stem.split("_")
    found = files.read_json(path)
    return found | {"stack": Path(path).parts[-3], "first": first, "second": second}
