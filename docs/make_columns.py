"""Write docs/columns.md from the one place where the columns of each table stand."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "scripts"))

from stackshift.stack import action_columns as action  # noqa: E402
from stackshift.stack import check_columns as check  # noqa: E402
from stackshift.stack import columns  # noqa: E402
from stackshift.stack import judgement_columns as judged  # noqa: E402
from stackshift.stack import watch_columns as watch  # noqa: E402
from stackshift.stack import where_columns as where  # noqa: E402

TABLES = {
    "measurements.csv: a row a pair and tile": columns.MEASUREMENTS,
    "pairs.csv: a row a pair": columns.PAIRS_TABLE,
    "tiles.csv: a row a tile, over all pairs": columns.TILES_TABLE,
    "scenes.csv: a row a scene": columns.SCENES_TABLE,
    "scene_tiles.csv: a row a scene and tile": columns.SCENE_TILES_TABLE,
    "residuals.csv: a row a pair of the network": columns.RESIDUALS_TABLE,
    "why.csv: a row a group of scenes, or a change in time": judged.WHY_TABLE,
    "detection/detection.csv: a row a scene": check.DETECTION_TABLE,
    "watch/history.csv: a row a scene, and one if it is measured later": watch.HISTORY_TABLE,
    "watch/watch.csv: a row a scene, in the same order": watch.WATCH_TABLE,
    "where_tiles.csv: a row a tile, if layers are named": where.WHERE_TILES_TABLE,
    "where.csv: a row a fit": where.WHERE_TABLE,
    "comparison/VV_VH.csv: a row a scene": check.COMPARISON_TABLE,
    "combined/scenes.csv: a row a scene, all polarizations together": action.COMBINED_TABLE,
    "combined/pairs.csv: a row a pair": action.COMBINED_PAIRS_TABLE,
    "scenes_usable.csv: a row a file": action.USABLE_TABLE,
    "corrected/corrected.csv: a row a file": action.CORRECTED_TABLE,
    "corrected/proof.csv: a row a scene": action.PROOF_TABLE,
    "injection/injection.csv: a row a pair and tile": check.INJECTION_TABLE,
    "tiles.gpkg: columns beside those of the tables; arrows of its points": columns.MAPPED,
    "verdict.csv: a row a criterion": judged.VERDICT_TABLE,
    "verdict_all.csv: a row a stack and polarization, of scenes and of pairs": judged.SITES_TABLE,
}
HEAD = """# Columns of the tables

Metres are on the ground, on the WGS 84 ellipsoid: x to true (geographic) east, y to true north, in
the middle of the tile, whatever the CRS. A unit of 1 is a plain ratio; a missing value is an empty
field. The JSON of a pair uses the same names.
"""

if __name__ == "__main__":
    lines = [HEAD]
    for title, table in TABLES.items():
        lines += [f"## {title}", "", "| column | unit | meaning |", "|---|---|---|"]
        lines += [f"| `{name}` | {unit} | {text} |" for name, (unit, text) in table.items()] + [""]
    (ROOT / "docs" / "columns.md").write_text("\n".join(lines))
