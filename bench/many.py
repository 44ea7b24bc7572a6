"""What many scenes cost behind their measurements: every script to tables, figures and exports.

    python bench/many.py --scenes 150 400 --pairs 3
    python bench/many.py --scenes 400 --only locate map --code OTHER/scripts    # of other code

Makes the JSONs of pairs and scenes from a simple model: a scene is displaced by 1 m rms and a
platform's difference, each tile measured with an error of 0.2 to 0.6 m, one in fifty not at all.
Then each script runs as a process of its own, as a job does: CPU seconds and peak memory.
"""

import argparse
import inspect
import json
import os
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
SIZE, TILES = 4096, 8
TO_TABLES = "analyse", "locate", "compare", "verdict"
EXPORTS = "parquet", "tabulate", "tabulate_comparison", "geopackage", "map", "plot"
LOCATED = "scenes", "scene_tiles", "tiles", "residuals", "why"
TABLES = "measurements", "pairs", *LOCATED, "verdict"
FIGURES = ("offset_per_scene", "shift_per_pair", "offset_per_tile", "tile_errors", "pair_matrix",
           "z_scores")  # fmt: skip
RUN = """
import json, resource, sys
folder, module, arguments = sys.argv[1:]
sys.path.insert(0, folder)
__import__(module).main(**json.loads(arguments))
used = resource.getrusage(resource.RUSAGE_SELF)
print("USED", used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
"""


def names(count: int) -> list[str]:
    """Scenes six days apart, oldest first."""
    first = datetime(2017, 1, 1, 5, 23, 1)
    return [(first + timedelta(days=6 * i)).strftime("%Y%m%dT%H%M%S") for i in range(count)]


def record(random, x: int, y: int, shift, sigmas) -> dict:
    """A tile's record, one in fifty refused."""
    ok = random.random() > 0.02
    east, north = random.normal(shift, sigmas)
    return {
        "tile_number_x": x, "tile_number_y": y,
        "shift_x": round(east, 6) if ok else None, "shift_y": round(north, 6) if ok else None,
        "sigma_x": round(sigmas[0], 6) if ok else None,
        "sigma_y": round(sigmas[1], 6) if ok else None,
        "quality": round(random.uniform(4, 90), 6), "coherence": round(random.uniform(0.2, 0.6), 6),
        "error": None, "phase": None, "valid_fraction": 1.0,
        "status": "ok" if ok else "no_match",
        "message": "matched, PSR 40.1" if ok else "peak to sidelobe ratio 6.1 is below the gate",
    }  # fmt: skip


def make(folder: Path, count: int, following: int) -> None:
    """The files that jobs before the tables leave."""
    random = np.random.default_rng(count)
    scenes = names(count)
    where = dict(zip(scenes, random.normal(0, 1, (count, 2)), strict=True))
    sigmas = random.uniform(0.2, 0.6, (TILES, TILES, 2))
    for part in ("correlation", "offsets", "quicklook", "analysis"):
        (folder / part).mkdir(parents=True)

    def tiles(shift):
        return [
            record(random, x, y, shift, sigmas[y, x]) for y in range(TILES) for x in range(TILES)
        ]

    def said(scene: str) -> dict:
        platform = attributes(scenes.index(scene), scene)["platform"]
        return {"source": f"{scene}.tif", "platform": platform, "resampling": "none"}

    for new in range(count):
        for old in range(max(0, new - following), new):
            a, b = scenes[new], scenes[old]
            content = {
                "reference": {"scene": a} | said(a), "secondary": {"scene": b} | said(b),
                "method": "coherence", "made_from": "", "tiles": tiles(where[a] - where[b]),
            }  # fmt: skip
            write(folder / "correlation" / f"{a}__{b}.json", content)
    for scene in scenes:
        content = {"scene": scene} | said(scene) | {"in_template": scene in scenes[:32]}
        write(folder / "offsets" / f"{scene}.json", content | {"tiles": tiles(-where[scene])})
    a, e = 30.0, -30.0
    transform = [a, 0.0, 300000.0, 0.0, e, 3900000.0]
    bounds = [300000.0, 3900000.0 + SIZE * e, 300000.0 + SIZE * a, 3900000.0]
    grid = {"crs": "EPSG:32611", "transform": transform, "width": SIZE, "height": SIZE}
    write(folder / "grid.json", grid | {"bounds": bounds})
    write(folder / "analysis" / "inventory.json", {"left_out": [], "remarks": []})
    picture(folder / "quicklook.png", random)
    for scene in scenes:
        os.link(folder / "quicklook.png", folder / "quicklook" / f"{scene}.png")


def picture(path: Path, random) -> None:
    """A quicklook of the size that the workflow makes."""
    sys.path.append(str(ROOT / "scripts"))
    from stackio import writing

    grey = random.integers(1, 255, (400, 400)).astype(np.uint8)
    writing.write_picture(path, np.stack([grey, np.full_like(grey, 255)]))


def write(path: Path, content) -> None:
    """JSON as the workflow writes it."""
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def attributes(number: int, scene: str) -> dict[str, str]:
    """What the names and tags of a scene, of which so many are older, tell of how it was made."""
    return {
        "platform": "S1A" if number % 2 else "S1B",
        "orbit file": "restituted" if number % 9 == 0 else "precise",
        "processor version": f"1.{number // 40}",
        "processed": datetime.strptime(scene, "%Y%m%dT%H%M%S").isoformat(),
    }


def arguments(folder: Path, count: int) -> dict[str, tuple[str, dict]]:
    """Module and keyword arguments of each stage, as its rule gives them."""
    scenes = names(count)[::-1]
    out = {name: str(folder / "analysis" / f"{name}.csv") for name in TABLES}
    grid, cut, title = str(folder / "grid.json"), (TILES, TILES), "many VV"
    inventory, findings, verdict, comparison = (
        str(folder / "analysis" / f"{name}.json")
        for name in ("inventory", "findings", "verdict", "comparison")
    )
    template = (ROOT / "report" / "table.html").read_text(encoding="utf-8")
    shown = "verdict", "scenes", "pairs", "tiles"
    requirement = {"name": "OPERA RTC-S1", "metres": 6.0, "share": 0.8, "confidence": 0.9}
    requirement |= {"of": ["scenes", "pairs"], "shape": "radial"}

    def files(part: str) -> list[str]:
        return sorted(map(str, (folder / part).glob("*.json")))

    def figure(name: str) -> list[str]:
        return [str(folder / "analysis" / f"{name}.{kind}") for kind in ("svg", "png")]

    return {
        "analyse": ("analyse", {
            "correlation": files("correlation"), "scenes": scenes, "truth": None,
            "measurements": out["measurements"], "pairs": out["pairs"],
        }),
        "locate": ("locate", {
            "contents": files("offsets"), "pairs": out["pairs"],
            "measurements": out["measurements"], "grid": grid, "truth": None, "cut": cut,
            "scenes": {s: attributes(count - 1 - i, s) for i, s in enumerate(scenes)},
            "reference": None, "outputs": {k: out[k] for k in LOCATED} | {"findings": findings},
        }),
        "verdict": ("verdict", {
            "inputs": {k: out[k] for k in ("scenes", "pairs", "scene_tiles", "residuals")}
            | {"grid": grid, "findings": findings, "inventory": inventory},
            "comparisons": [comparison], "cut": cut, "requirement": requirement,
            "report": verdict, "table": out["verdict"],
        }),
        "compare": ("compare", {
            "first": out["scenes"], "second": out["scenes"], "names": ("VV", "VH"),
            "table": str(folder / "analysis" / "comparison.csv"), "summary": comparison,
        }),
        "parquet": ("parquet", {
            "tables": list(out.values()),
            "paths": [path.replace(".csv", ".parquet") for path in out.values()],
        }),
        "tabulate": ("tabulate", {
            "tables": [out[name] for name in shown], "template": template, "title": title,
            "pages": [out[name].replace(".csv", ".html") for name in shown],
        }),
        "tabulate_comparison": ("tabulate", {
            "tables": [str(folder / "analysis" / "comparison.csv")], "template": template,
            "pages": [str(folder / "analysis" / "comparison.html")], "title": title,
        }),
        "geopackage": ("geopackage", {
            "grid": grid, "tables": {k: out[k] for k in ("measurements", "tiles", "scene_tiles")},
            "cut": cut, "requirement": 6.0, "polarization": "VV", "title": title,
            "path": str(folder / "analysis" / "tiles.gpkg"),
            "project": str(folder / "analysis" / "tiles.qgz"),
            "templates": {
                path.stem: path.read_text(encoding="utf-8")
                for path in (ROOT / "report" / "qgis").iterdir()
            },
        }),
        "map": ("map", {
            "grid": grid, "cut": cut, "requirement": 6.0, "title": title,
            "pictures": {s: str(folder / "quicklook" / f"{s}.png") for s in scenes},
            "stack_figures": figure("tile_offset_map"), "scene_figures": figure("scene_maps"),
        } | {k: out[k] for k in ("tiles", "scenes", "scene_tiles")}),
        "plot": ("plot", {
            "tables": {k: out[k] for k in TABLES if k not in ("verdict", "why")},
            "verdict": verdict, "figures": {name: figure(name) for name in FIGURES},
            "requirement": 6.0, "title": title,
        }),
    }  # fmt: skip


def used(code: Path, module: str, given: dict) -> tuple[float, float]:
    """CPU seconds and megabytes of a script as a process of its own."""
    # Hundreds of paths are more than a command may hold.
    run = RUN.replace("sys.argv[1:]", "sys.argv[1:3] + [sys.stdin.read()]")
    found = subprocess.run(
        [sys.executable, "-c", run, str(code), module], input=json.dumps(given), text=True,
        check=True, stdout=subprocess.PIPE,
    )  # fmt: skip
    cpu, memory = map(float, found.stdout.rsplit("USED", 1)[1].split())
    return cpu, memory


def main() -> None:
    """Make the files, run the scripts and print a table."""
    parser = argparse.ArgumentParser(description=inspect.cleandoc(__doc__).splitlines()[0])
    parser.add_argument("--scenes", type=int, nargs="+", default=[150, 400])
    parser.add_argument("--pairs", type=int, default=3, help="pairs.next")
    parser.add_argument("--only", nargs="+", choices=TO_TABLES + EXPORTS)
    parser.add_argument("--code", type=Path, default=ROOT / "scripts")
    parser.add_argument("--folder", type=Path, help="keep the files here, or use those of before")
    options = parser.parse_args()
    print("| scenes | script | CPU (s) | memory (MB) |\n|---|---|---|---|")
    for count in options.scenes:
        with tempfile.TemporaryDirectory() as temporary:
            folder = (options.folder or Path(temporary)) / f"{count}_{options.pairs}"
            if not folder.exists():
                make(folder, count, options.pairs)
            total = dict.fromkeys((TO_TABLES, EXPORTS), 0.0)
            stages = arguments(folder, count)
            for name in options.only or TO_TABLES + EXPORTS:
                cpu, memory = used(options.code, *stages[name])
                total[TO_TABLES if name in TO_TABLES else EXPORTS] += cpu
                print(f"| {count} | {name} | {cpu:.2f} | {memory:.0f} |", flush=True)
            print(f"| {count} | **to the tables** | **{total[TO_TABLES]:.1f}** | |")
            print(f"| {count} | **figures and exports** | **{total[EXPORTS]:.1f}** | |", flush=True)


if __name__ == "__main__":
    main()
