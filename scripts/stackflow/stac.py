"""GeoJSON and STAC: features of a document, and the rasters among the assets of an item.

Only the standard library, since the Snakefile imports this each time it is parsed. STAC:
https://github.com/radiantearth/stac-spec, with the extensions sar, sat, eo and raster.
"""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

from stackshift.errors import InputError
from stackshift.ground import names

_NO_RASTER = re.compile(
    r"\.(json|xml|png|jpe?g|gif|html?|kmz?l?|txt|md|h5|hdf5?|nc|zarr|csv|pdf|zip|safe|iso\.xml)/?$",
    re.IGNORECASE,
)
_PICTURES = {"thumbnail", "overview", "metadata", "visual", "mask", "data-mask", "tiles", "browse"}


def documents(path: Path, text: str, items_only: bool = False) -> list[tuple[object, Path]]:
    """The JSON documents of a file: itself, its lines (NDJSON), or what a STAC catalogue links to.

    With ``items_only``, nothing of a file that is no STAC item: one among others in a folder.

    Returns
    -------
    Each document with the file that it comes from.
    """
    try:
        document = json.loads(text)
    except RecursionError:
        raise InputError(f"the scene sheet {path} is nested too deeply") from None
    except ValueError as error:
        try:
            lines = [json.loads(line) for line in text.splitlines() if line.strip()]
        except (ValueError, RecursionError):
            raise InputError(f"the scene sheet {path} is no JSON ({error})") from None
        return [(lines, path)]
    if items_only:
        is_item = isinstance(document, dict) and {"assets", "features"} & document.keys()
        return [(document, path)] if is_item and document.get("type") != "Collection" else []
    if not isinstance(document, dict) or document.get("type") not in ("Catalog", "Collection"):
        return [(document, path)]
    found: list[tuple[object, Path]] = []
    seen, pending = {os.path.realpath(path)}, [(document, path)]
    while pending:
        whole, place = pending.pop()
        if not isinstance(whole, dict) or whole.get("type") not in ("Catalog", "Collection"):
            found.append((whole, place))
            continue
        for link in _links(whole, ("child", "item", "items")):
            target = place.parent / link
            if os.path.realpath(target) in seen or "://" in link:
                continue
            seen.add(os.path.realpath(target))
            try:
                pending.append((json.loads(target.read_text(encoding="utf-8-sig")), target))
            except (OSError, ValueError, RecursionError):
                raise InputError(
                    f"{place} links to {link}, which is not there or no JSON; correct the catalogue"
                ) from None
    return found


def features(document: object, path: Path) -> Iterator[tuple[str, dict]]:
    """The features of a document: a Feature, a FeatureCollection, or a list of them.

    Yields
    ------
    Where it stands, for messages, and the feature.
    """
    pending: list[object] = [document]
    number = 0
    while pending:
        part = pending.pop(0)
        kind = part.get("type") if isinstance(part, dict) else None
        if isinstance(part, list):
            pending[:0] = part
        elif isinstance(part, dict) and isinstance(part.get("features"), list):
            pending[:0] = part["features"]
        elif isinstance(part, dict) and (kind == "Feature" or "assets" in part):
            number += 1
            name = part.get("id")
            yield f"{path}, {name if isinstance(name, str) and name else f'feature {number}'}", part
        elif kind not in ("Catalog", "Collection", "FeatureCollection"):
            raise InputError(
                f"the scene sheet {path} holds neither GeoJSON features nor STAC items; give a "
                "FeatureCollection, an item, or a table with the columns path and datetime"
            )


def assets(where: str, item: dict, path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """The rasters of an item by polarization: path and the fields of a row.

    Raises
    ------
    InputError
        If the assets are of no form that STAC knows, or several are of one polarization.
    """
    held = item["assets"]
    properties = item.get("properties")
    if not isinstance(held, dict) or not isinstance(properties, dict):
        raise InputError(f"{where}: a STAC item needs 'assets' and 'properties' with keys")
    fields = _fields(item, properties)
    found: dict[str, list[tuple[str, str, int]]] = {}
    for key, asset in held.items():
        if not _is_raster(key, asset):
            continue
        for polarization, band in _bands(key, asset):
            found.setdefault(polarization, []).append((key, asset["href"], band))
    for polarization, choices in found.items():
        exact = [choice for choice in choices if choice[0].upper() == polarization] or choices
        if len({href for _, href, _ in exact}) > 1:
            keys = ", ".join(key for key, *_ in exact)
            raise InputError(
                f"{where}: several assets for {polarization} ({keys}); list the right one in a "
                "table with the columns path and datetime"
            )
        _, href, band = exact[0]
        values = {"unit": plain(held[exact[0][0]].get("unit"))}
        yield (
            _resolved(href, item, path),
            fields | {"polarization": polarization, "band": str(band)} | _values(values["unit"]),
        )
    if not found:
        keys = ", ".join(list(held)[:5]) or "none"
        raise InputError(f"{where}: no asset is a raster of VV, VH, HH or HV (assets: {keys})")


def plain(value: object) -> str:
    """A value of JSON as text: lists of text line by line, "" for what is neither."""
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, (str, int, float)):
        try:
            return str(value).strip()
        except ValueError:
            return ""
    if isinstance(value, list):
        return "\n".join(part for part in value if isinstance(part, str))
    return ""


def _fields(item: dict, properties: dict) -> dict[str, str]:
    """The properties of an item by the names of a sheet's columns."""
    keys = {
        "datetime": ("start_datetime", "datetime"),
        "platform": ("platform", "sar:platform"),
        "track": ("sat:relative_orbit", "sar:relative_orbit"),
        "direction": ("sat:orbit_state", "sar:pass_direction"),
        "processed": ("processing:datetime", "created"),
    }
    found = {
        column: next((text for key in known if (text := plain(properties.get(key)))), "")
        for column, known in keys.items()
    }
    # As this workflow's own items say it.
    if isinstance(usable := properties.get("stackshift:usable"), bool):
        found["usable"] = str(usable)
    return {key: text for key, text in found.items() if text} | {"granule": plain(item.get("id"))}


def _values(unit: str) -> dict[str, str]:
    return {"values": unit} if unit.lower() in ("db", "decibel", "amplitude", "power") else {}


def _is_raster(key: str, asset: object) -> bool:
    if not isinstance(asset, dict) or not isinstance(asset.get("href"), str):
        return False
    roles = asset.get("roles")
    roles = {role for role in roles if isinstance(role, str)} if isinstance(roles, list) else set()
    if "data" not in roles and roles & _PICTURES:
        return False
    kind = plain(asset.get("type"))
    if (
        kind
        and "tiff" not in kind
        and re.match(r"(text|application/(json|xml|x-hdf|geo))|image/(png|jp)", kind)
    ):
        return False
    return not _NO_RASTER.search(re.sub(r"[?#].*$", "", asset["href"]))


def _bands(key: str, asset: dict) -> list[tuple[str, int]]:
    """Polarization and band of each band of an asset that tells."""
    told = asset.get("sar:polarizations")
    listed: list = next(
        (asset[k] for k in ("bands", "eo:bands", "raster:bands") if isinstance(asset.get(k), list)),
        [],
    )
    bands = []
    for number, band in enumerate(listed, 1):
        name = plain(band.get("name")) if isinstance(band, dict) else ""
        if polarization := names.polarization(name):
            bands.append((polarization, number))
    if len(listed) > 1 and bands:
        return bands
    own = [p for p in (told if isinstance(told, list) else []) if p in names.POLARIZATIONS]
    for candidate in (own[0] if len(own) == 1 else "", key, bands[0][0] if bands else ""):
        if polarization := names.polarization(candidate):
            return [(polarization, 1)]
    if polarization := names.polarization(os.path.basename(asset["href"].partition("?")[0])):
        return [(polarization, 1)]
    return [(polarization, number) for number, polarization in enumerate(own, 1)]


def _resolved(href: str, item: dict, path: Path) -> str:
    """An asset's path relative to the folder of the file, or else by the item's own link.

    pystac writes hrefs that are relative to the item's self link.
    """
    if "://" in href or href.startswith("/") or os.path.exists(path.parent / href):
        return href
    for own in _links(item, ("self",)):
        if "://" in own:
            return urljoin(own, href)
        base = Path(own).parent
        if os.path.exists(path.parent / base / href):
            return str(base / href)
    return href


def _links(document: dict, relations: tuple[str, ...]) -> list[str]:
    links = document.get("links")
    return [
        link["href"]
        for link in (links if isinstance(links, list) else [])
        if isinstance(link, dict)
        and link.get("rel") in relations
        and isinstance(link.get("href"), str)
    ]
