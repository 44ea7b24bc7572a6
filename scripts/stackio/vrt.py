"""Virtual rasters: files of some kilobytes that point to a raster and place it elsewhere.

GDAL VRT, https://gdal.org/en/stable/drivers/raster/vrt.html: the bands of the raster with all that
says how they are read (no data, scale and offset, units, colours, descriptions, tags), its mask
and, as each band has a single source of its own size, its overviews (those of a raster with a mask
only if the mask has them too).
"""

import re
from collections.abc import Callable
from xml.etree import ElementTree

from rasterio.enums import ColorInterp, MaskFlags
from rasterio.transform import Affine

from stackio import files

# GDAL's names of types, by those of NumPy.
_TYPES = {
    "uint8": "Byte", "int8": "Int8", "uint16": "UInt16", "int16": "Int16", "uint32": "UInt32",
    "int32": "Int32", "uint64": "UInt64", "int64": "Int64", "float32": "Float32",
    "float64": "Float64",
}  # fmt: skip
# What a band is, in GDAL's words; an alpha band hides pixels, and a palette is its colour table.
_COLOURS = {
    getattr(ColorInterp, name): name.capitalize()
    for name in ("gray", "palette", "red", "green", "blue", "alpha", "hue", "saturation",
                 "lightness", "cyan", "magenta", "yellow", "black")
} | {ColorInterp.Y: "YCbCr_Y", ColorInterp.Cb: "YCbCr_Cb", ColorInterp.Cr: "YCbCr_Cr"}  # fmt: skip
# Domains of tags that GDAL makes of a file itself, and makes of the VRT anew; and those that place
# it by other means than the geotransform, which is another one now.
_OWN = {
    "", "IMAGE_STRUCTURE", "DERIVED_SUBDATASETS", "SUBDATASETS", "COLOR_PROFILE", "TIFF",
    "vrt_sources", "new_vrt_sources", "LocationInfo", "RPC", "GEOLOCATION",
}  # fmt: skip
# What no XML may hold.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def write(path, source, original: str, transform: Affine, tags: dict[str, str]) -> None:
    """Write a VRT that is a raster with another geotransform.

    Parameters
    ----------
    path : VRT to write.
    source : the open raster.
    original : the raster's name: absolute, an address, or relative to the VRT.
    transform : the geotransform that the VRT has.
    tags : further tags of the VRT.
    """
    root = ElementTree.Element(
        "VRTDataset", rasterXSize=str(source.width), rasterYSize=str(source.height)
    )
    _text(root, "SRS", source.crs.to_wkt())
    _text(root, "GeoTransform", ", ".join(f"{value:.17g}" for value in transform.to_gdal()))
    _metadata(root, source.tags() | tags)
    _domains(root, source.tag_namespaces(), lambda domain: source.tags(ns=domain))
    for band in source.indexes:
        _band(root, source, original, band)
    # A mask inside the file or beside it; what no data and alpha hide follows by itself.
    if any(MaskFlags.per_dataset in flags and MaskFlags.alpha not in flags
           for flags in source.mask_flag_enums):  # fmt: skip
        mask = ElementTree.SubElement(root, "MaskBand")
        band = ElementTree.SubElement(mask, "VRTRasterBand", dataType="Byte")
        _source(band, source, original, "mask,1", "Byte", source.block_shapes[0])
    ElementTree.indent(root)
    with files.whole(path) as part:
        part.write_text(ElementTree.tostring(root, encoding="unicode") + "\n", encoding="utf-8")


def _band(root, source, original: str, band: int) -> None:
    kind = _TYPES[source.dtypes[band - 1]]
    target = ElementTree.SubElement(root, "VRTRasterBand", dataType=kind, band=str(band))
    _metadata(target, source.tags(band))
    _domains(target, source.tag_namespaces(band), lambda domain: source.tags(band, ns=domain))
    if (description := source.descriptions[band - 1]) is not None:
        _text(target, "Description", description)
    if (no_data := source.nodatavals[band - 1]) is not None:
        _text(target, "NoDataValue", f"{no_data:.17g}")
    if unit := source.units[band - 1]:
        _text(target, "UnitType", unit)
    if source.offsets[band - 1]:
        _text(target, "Offset", f"{source.offsets[band - 1]:.17g}")
    if source.scales[band - 1] != 1:
        _text(target, "Scale", f"{source.scales[band - 1]:.17g}")
    colour = source.colorinterp[band - 1]
    if colour in _COLOURS:
        _text(target, "ColorInterp", _COLOURS[colour])
    if entries := _colour_table(source, band):
        table = ElementTree.SubElement(target, "ColorTable")
    for entry in entries:
        channels = {f"c{i}": str(value) for i, value in enumerate(entry, 1)}
        ElementTree.SubElement(table, "Entry", channels)
    _source(target, source, original, str(band), kind, source.block_shapes[band - 1])


def _colour_table(source, band: int) -> list[tuple[int, ...]]:
    """The colours of a band's values from 0 on; none without a table."""
    try:
        return [colour for _, colour in sorted(source.colormap(band).items())]
    except ValueError:
        return []


def _source(band, source, original: str, number: str, kind: str, block) -> None:
    width, height = str(source.width), str(source.height)
    target = ElementTree.SubElement(band, "SimpleSource")
    relative = "0" if original.startswith("/") or "://" in original else "1"
    _text(target, "SourceFilename", original, relativeToVRT=relative, shared="0")
    _text(target, "SourceBand", number)
    ElementTree.SubElement(
        target, "SourceProperties", RasterXSize=width, RasterYSize=height,
        DataType=kind, BlockXSize=str(block[1]), BlockYSize=str(block[0]),
    )  # fmt: skip
    for name in ("SrcRect", "DstRect"):
        ElementTree.SubElement(target, name, xOff="0", yOff="0", xSize=width, ySize=height)


def _metadata(parent, tags: dict[str, str], **domain: str) -> None:
    if not tags:
        return
    target = ElementTree.SubElement(parent, "Metadata", domain)
    for key, value in tags.items():
        _text(target, "MDI", str(value), key=key)


def _domains(parent, names: list[str], tags: Callable[[str], dict[str, str]]) -> None:
    """The tags of all domains but the default one and those in `_OWN`.

    Documents (xml:XMP, json:...) are no pairs of a key and a value, and stay in the file.
    """
    for name in names:
        if name not in _OWN and ":" not in name:
            _metadata(parent, tags(name), domain=name)


def _text(parent, name: str, text: str, **attributes: str) -> None:
    ElementTree.SubElement(parent, name, attributes).text = _CONTROL.sub(" ", text)
