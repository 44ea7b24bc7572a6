"""Who imports whom among the packages; ``make imports`` draws it, a test holds it to KNOWS."""

import re
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "scripts"))

from stackflow.digest import imports  # noqa: E402

# What each room may know, in an order in which every arrow runs down.
KNOWS = {
    "rules": {
        *("stackflow", "stackio", "stackshift", "stackshift.stack"),
        *("stackshift.simulate", "stackshift.ground"),
    },
    "scripts": {
        *("stackplot", "stackio", "stackshift", "stackshift.stack", "stackshift.simulate"),
        *("stackshift.tile", "stackshift.ground"),
    },
    "stackplot": {"stackio", "stackshift.stack", "stackshift.tile", "stackshift.ground"},
    "stackflow": {"stackio", "stackshift", "stackshift.tile", "stackshift.ground"},
    "stackio": {"stackshift", "stackshift.stack", "stackshift.ground"},
    "stackshift.simulate": {"stackshift", "stackshift.ground"},
    "stackshift.stack": {"stackshift", "stackshift.tile", "stackshift.ground"},
    "stackshift.tile": {"stackshift", "stackshift.ground"},
    "stackshift.ground": {"stackshift"},
    "stackshift": set(),
}


def room(path: Path) -> str:
    """The room in which a file of ``scripts`` or ``rules`` lies."""
    parts = path.relative_to(ROOT).parts[:-1]
    return ".".join(parts[1:]) or parts[0]


def arrows() -> Counter:
    """How many imports lead from a room to another one, by (who imports, what is imported)."""
    found: Counter = Counter()
    for path in sorted((ROOT / "scripts").rglob("*.py")):
        found.update((room(path), room(target)) for target in imports(path))
    for path in sorted((ROOT / "rules").glob("*.smk")):
        for module in re.findall(r"^from (stack[\w.]+) import", path.read_text(), re.M):
            found["rules", module.rpartition(".")[0] or module] += 1
    return Counter({arrow: count for arrow, count in found.items() if arrow[0] != arrow[1]})


def picture() -> str:
    """A matrix: each row imports from the columns; below the diagonal an arrow would run back."""
    found, names = arrows(), list(KNOWS)
    width = max(map(len, names))
    lines = [" " * width + "".join(f"{i:4}" for i in range(len(names)))]
    for i, name in enumerate(names):
        cells = [
            "." if name == other else str(found[name, other] or "") if name != other else ""
            for other in names
        ]
        lines.append(f"{name:{width}}" + "".join(f"{cell:>4}" for cell in cells) + f"   {i}")
    return "\n".join(lines)


if __name__ == "__main__":
    print(picture())
