"""All stages of the workflow in one process, in the working folder, as its rules call them.

A run of the workflow starts a process a job; what matters of an input shows without.
"""

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
from snakemake.utils import validate

import align
import analyse
import correlate
import flatten
import locate
import superset
import template
import tile
from stackflow import headers
from stackflow.settings import with_integers
from stackflow.stacks import Product, assemble
from stackflow.tiling import tiles_for
from stackio import files
from stackshift.stack import columns
from stackshift.stack.pairing import choose, template_members, template_pairs

SCHEMA = Path(__file__).parents[1] / "schemas" / "config.schema.yaml"
OUTPUTS = ("scenes", "scene_tiles", "tiles", "residuals", "why")


@dataclass
class Measured:
    """What the workflow finds of a config.

    Attributes
    ----------
    products : by (stack, polarization).
    said : lines that are printed when the config is read.
    values : what the config says of the values of each stack.
    tables : the scenes' table by (stack, polarization), by name of the scene.
    folder : of each (stack, polarization).
    """

    products: dict[tuple[str, str], Product]
    said: list[str]
    values: dict[str, str] = field(default_factory=dict)
    tables: dict[tuple[str, str], pd.DataFrame] = field(default_factory=dict)
    folders: dict[tuple[str, str], Path] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """All that is printed."""
        return "\n".join(self.said)


def completed(config: dict) -> dict:
    """A config with the defaults that the schema fills in."""
    config = with_integers(config)
    validate(config, str(SCHEMA))
    return config


def read(config: dict) -> tuple[dict, Measured]:
    """What is known when the config is read: the config with its defaults, and the products."""
    config = completed(config)
    headers._remembered.cache_clear()
    found = Measured({}, [])
    for name, settings in config["stacks"].items():
        products, said = assemble(name, settings, config["superset"], config["check"]["unreadable"])
        found.products |= products
        found.said += said
        found.values |= {stack: settings["values"] for stack, _ in products}
    return config, found


def bring(config: dict, folder: str | Path = "results") -> tuple[dict, Measured]:
    """All scenes on their stacks' grids; paths are relative to the working folder."""
    config, found = read(config)
    for product, content in found.products.items():
        found.folders[product] = Path(folder, *product)
        for scene in content.scenes.values():
            superset.main(
                [one.as_opened(found.values[product[0]]) for one in scene.sources],
                content.grid,
                str(found.folders[product] / "superset" / f"{scene.name}.tif"),
                config["superset"]["resampling"],
                config["superset"]["nodata"],
                scene.platform,
                config["superset"]["mosaic"],
            )
    return config, found


def measure(config: dict, folder: str | Path = "results") -> Measured:
    """The offsets of all scenes of a config's stacks."""
    config, found = bring(config, folder)
    for name, product in found.products.items():
        tiles = tiles_for(product.grid, config["tiles"], config["correlate"]["method"])
        found.tables[name] = _located(config, product, tiles, found.folders[name])
    return found


def _located(config: dict, product: Product, tiles, where: Path) -> pd.DataFrame:
    names = list(product.scenes)
    folders = {name: str(where / "tiles" / name) for name in names}
    for name in names:
        flat = str(where / "flatten" / f"{name}.tif")
        flatten.main(str(where / "superset" / f"{name}.tif"), flat, **config["flatten"])
        tile.main(flat, folders[name], *tiles)
    method = config["correlate"]["method"]
    for stage in ("correlation", "offsets"):
        # As Snakemake makes the folders of outputs.
        (where / stage).mkdir(parents=True, exist_ok=True)
    paths = {}
    for reference, secondary in choose(product.scenes, config["pairs"]):
        paths[reference, secondary] = str(where / "correlation" / f"{reference}__{secondary}.json")
        both = folders[reference], folders[secondary]
        pair = correlate.Pair((reference, secondary), both, paths[reference, secondary])
        correlate.main([pair], tiles, method, config["correlate"][method])
    members = template_members(names)
    made = str(where / "template.tif"), str(where / "template.json")
    options = config["correlate"]["coherence"]
    template.main(
        {name: folders[name] for name in members},
        [paths[pair] for pair in template_pairs(members, paths)],
        product.grid,
        tiles,
        options,
        1,
        *made,
    )
    offsets = [str(where / "offsets" / f"{name}.json") for name in names]
    for name, path in zip(names, offsets, strict=True):
        align.main([align.Scene(name, folders[name], path)], *made, tiles, options)
    files.write_json(where / "grid.json", product.grid.record())
    written = {name: str(where / f"{name}.csv") for name in ("measurements", "pairs", *OUTPUTS)}
    analyse.main(list(paths.values()), names, None, written["measurements"], written["pairs"])
    locate.main(
        offsets,
        written["pairs"],
        written["measurements"],
        str(where / "grid.json"),
        None,
        {name: scene.attributes() for name, scene in product.scenes.items()},
        tiles,
        config["align"]["reference"],
        {name: written[name] for name in OUTPUTS} | {"findings": str(where / "findings.json")},
    )
    return pd.read_csv(written["scenes"], dtype={columns.SCENE: str}).set_index(columns.SCENE)


def errors(table: pd.DataFrame, truth: dict[str, tuple[float, float]]) -> pd.DataFrame:
    """How far offsets are from the truth, both relative to the mean of the scenes that have one.

    Parameters
    ----------
    table : of the scenes.
    truth : (east, north) in metres by scene.

    Returns
    -------
    A row a scene: ``east`` and ``north`` in metres, ``z_east`` and ``z_north`` in standard errors.
    """
    table = table[table[columns.OFFSET_EAST].notna()]
    found = {}
    axes = (
        ("east", columns.OFFSET_EAST, columns.SIGMA_EAST),
        ("north", columns.OFFSET_NORTH, columns.SIGMA_NORTH),
    )
    for axis, (name, offset, sigma) in enumerate(axes):
        off = table[offset] - pd.Series({scene: truth[scene][axis] for scene in table.index})
        found[name] = off - off.mean()
        found[f"z_{name}"] = found[name] / table[sigma]
    return pd.DataFrame(found)
