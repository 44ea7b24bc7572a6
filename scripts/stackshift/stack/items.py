"""STAC items of the scenes: where they lie, how sure that is, and what follows.

STAC 1.1.0 (https://github.com/radiantearth/stac-spec) with the extensions projection, sat,
processing and accuracy (https://stac-extensions.github.io); what these have no word for has the
prefix ``stackshift:``. Offsets are relative unless they are from the DEM or an image, and the items
say to what.
"""

import math
import re

_VERSION = "1.1.0"
_EXTENSION = "https://stac-extensions.github.io/{}/schema.json"
PROJECTION, SAT, PROCESSING, ACCURACY = (
    _EXTENSION.format(name)
    for name in ("projection/v2.0.0", "sat/v1.0.0", "processing/v1.1.0", "accuracy/v1.0.0-beta.1")
)


def item(scene: dict, offset: dict, assets: dict[str, dict], said: dict) -> dict:
    """The item of a scene.

    Parameters
    ----------
    scene : ``id``, ``time`` (ISO 8601, UTC), ``platform``, ``track`` and ``direction``, None where
        they are not known; ``box``, (west, south, east, north) in degrees, east beyond 180 where it
        runs across the antimeridian.
    offset : ``east``, ``north``, ``sigma_east``, ``sigma_north`` in metres, None where the scene
        was not measured; ``usable``, ``reason`` and ``flag``.
    assets : by key, as `asset` makes them.
    said : what holds for all: ``relative_to``, and whether that is ``absolute``, ``requirement`` in
        words, ``software`` (its versions by name), ``stack``.
    """
    polygon, box = _footprint(scene["box"])
    orbit = {"sat:relative_orbit": scene["track"], "sat:orbit_state": scene["direction"]}
    orbit = {key: value for key, value in orbit.items() if value is not None}
    extensions = [PROJECTION, *([SAT] if orbit else []), PROCESSING, ACCURACY]
    properties = {
        "datetime": scene["time"],
        "title": f"{said['stack']}, {scene['time']}",
        **_platform(scene["platform"]),
        **orbit,
        "processing:software": said["software"],
        "processing:lineage": f"Measured by stackshift from {said['relative_to']}; the files are "
        "as their producer made them",
        **_accuracy(offset),
        "stackshift:accuracy": "absolute" if said["absolute"] else "relative",
        "stackshift:relative_to": said["relative_to"],
        "stackshift:measured": offset["east"] is not None,
        "stackshift:usable": offset["usable"],
        "stackshift:reason": offset["reason"],
        "stackshift:flags": offset["flag"].split(),
        "stackshift:requirement": said["requirement"],
    }
    return {
        "type": "Feature",
        "stac_version": _VERSION,
        "stac_extensions": extensions,
        "id": scene["id"],
        "geometry": polygon,
        "bbox": box,
        "properties": properties,
        "links": _links("catalog.json"),
        "assets": assets,
    }


def _platform(name: str | None) -> dict:
    """The platform as STAC writes it, with what it is one of."""
    if not name:
        return {}
    if re.fullmatch(r"S1[A-Z]", name):
        return {"platform": f"sentinel-{name[1:].lower()}", "constellation": "sentinel-1"}
    return {"platform": name.lower()}


def _accuracy(offset: dict) -> dict:
    """The fields of the accuracy extension, as far as they are known: metres."""
    known = {
        "accuracy:geometric_x_bias": offset["east"],
        "accuracy:geometric_y_bias": offset["north"],
        "accuracy:geometric_x_stddev": offset["sigma_east"],
        "accuracy:geometric_y_stddev": offset["sigma_north"],
    }
    found = {key: round(value, 4) for key, value in known.items() if value is not None}
    if len(found) == len(known):
        # Radial: what it is off, and how sure that is, together.
        found["accuracy:geometric_rmse"] = round(math.hypot(*known.values()), 4)
    return found


def asset(href: str, polarization: str, grid: dict, values: str) -> dict:
    """The asset of a file.

    Parameters
    ----------
    href : relative to the item, or absolute.
    grid : of the file: ``crs``, ``wkt2``, the same in WKT2, ``transform``, ``width``, ``height``.
    values : power, amplitude or decibel; "" where nothing says so.
    """
    code = grid["crs"] if grid["crs"].startswith("EPSG:") and "+" not in grid["crs"] else None
    kind = href.partition("?")[0].lower().rsplit(".", 1)[-1]
    types = {"tif": "image/tiff; application=geotiff", "vrt": "application/xml"}
    types["tiff"] = types["tif"]
    return {
        "href": href,
        **({"type": types[kind]} if kind in types else {}),
        "roles": ["data"],
        "title": f"gamma0 {polarization}" + (f", {values}" if values else ""),
        "proj:code": code,
        **({"proj:wkt2": grid["wkt2"]} if code is None else {}),
        "proj:shape": [grid["height"], grid["width"]],
        "proj:transform": [float(value) for value in grid["transform"]],
    }


def catalog(stack: str, items: list[str], said: dict) -> dict:
    """The catalogue of a stack.

    Parameters
    ----------
    items : names of the files of the items, beside it.
    said : as for `item`, and ``verdict`` in a line.
    """
    return {
        "type": "Catalog",
        "stac_version": _VERSION,
        "id": stack,
        "title": stack,
        "description": f"Where the scenes of the stack {stack} lie, relative to "
        f"{said['relative_to']}. {said['verdict']}",
        "links": [
            {"rel": "root", "href": "./catalog.json", "type": "application/json"},
            *(
                {"rel": "item", "href": f"./{name}", "type": "application/geo+json"}
                for name in items
            ),
        ],
    }


def _links(name: str) -> list[dict]:
    return [
        {"rel": relation, "href": f"./{name}", "type": "application/json"}
        for relation in ("root", "parent")
    ]


def _footprint(box) -> tuple[dict, list[float]]:
    """A box as GeoJSON has it: cut in two at the antimeridian (RFC 7946, 3.1.9 and 5.2)."""
    west, south, east, north = map(float, box)
    # The west within -180 to 180, and the east beyond it.
    turns = 360.0 * math.floor((west + 180) / 360)
    west, east = west - turns, east - turns
    if east <= 180:
        return {"type": "Polygon", "coordinates": [_ring(west, south, east, north)]}, [
            west, south, east, north,
        ]  # fmt: skip
    halves = [_ring(west, south, 180.0, north), _ring(-180.0, south, east - 360, north)]
    polygon = {"type": "MultiPolygon", "coordinates": [[ring] for ring in halves]}
    return polygon, [west, south, east - 360, north]


def _ring(west, south, east, north) -> list[list[float]]:
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return [list(corner) for corner in corners]
