# Rasters that are dropped after their use, and measurements that then stand without them.
import re
from functools import cache
from pathlib import Path

from stackflow.forced import is_forced
from stackio.files import read_json


def kept(stage: str, path):
    """An output of a stage, to be deleted after its use unless ``keep`` names the stage."""
    return path if stage in config["keep"] else temp(path)


@cache
def origin(stack: str, polarization: str, scene: str) -> str:
    """Digest of all that a scene's tiles are made from: its file, code and parameters."""
    real = stack.removesuffix(INJECTED)
    scenes = PRODUCTS[real, polarization]
    fixed = extent_of(real)[0] == "bounds"
    return digest_of(
        Path(scenes[scene].path).name,
        written(real, [scenes[scene]]),
        config["stacks"][real].get("simulate"),
        [] if fixed else sorted(Path(other.path).name for other in scenes.values()),
        [code_digest(stage) for stage in ("grid", "superset", "flatten", "tile")],
        [config[stage] for stage in ("superset", "flatten", "tiles")],
        extent_of(real),
        [config["inject"], code_digest("inject")] if stack != real else [],
    )


def made_from(stack: str, polarization: str, reference: str, secondary: str) -> str:
    """Digest of all that the measurement of a pair depends on, which it carries."""
    method = config["correlate"]["method"]
    return digest_of(
        [origin(stack, polarization, scene) for scene in (reference, secondary)],
        [method, config["correlate"][method]],
        code_digest("correlate", f"stackshift.tile.{method}"),
    )


def measured() -> list[str]:
    """The pairs that are measured and current, where tiles are not kept.

    Tiles that are made again for a new scene would have Snakemake measure all older pairs again,
    whose tiles are gone too, and so on through the stack. So these pairs have no rule: they are
    files like the scenes.
    """
    if "tiles" in config["keep"] or is_forced():
        return []
    found = []
    for (stack, polarization), pairs in PAIRS.items():
        paths = measurements_of(stack, polarization)
        for path, (reference, secondary) in zip(paths, pairs, strict=True):
            file = Path(placed(path))
            if not file.is_file():
                continue
            said = read_json(file).get("made_from")
            if said == made_from(stack, polarization, reference, secondary):
                found.append(path)
    return found
