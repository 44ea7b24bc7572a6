"""What the stages tell each other of a raster, in tags of its file."""


def tags_of(source) -> dict[str, str]:
    """What an earlier stage of this workflow wrote about a raster: stage, source, parameters."""
    return {
        key.removeprefix("STACKSHIFT_").lower(): value
        for key, value in source.tags().items()
        if key.startswith("STACKSHIFT_")
    }


def warp_of(tags: dict[str, str]) -> tuple[float, float]:
    """The displacement that interpolation took out of a raster: (rows, columns) in pixels."""
    rows, columns = map(float, tags.get("warp", "0 0").split())
    return rows, columns


def with_warp(tags: dict[str, str], warp: tuple[float, float] | None) -> dict[str, str]:
    """Tags that tell of that displacement too; None where it is not the same all over."""
    known = {key: value for key, value in tags.items() if key != "warp"}
    return known | ({"warp": f"{warp[0]:.6f} {warp[1]:.6f}"} if warp and any(warp) else {})


def move_of(tags: dict[str, str]) -> tuple[float, float]:
    """By how much a raster was corrected, once or several times: (east, north) in metres."""
    east, north = (
        float(tags.get(f"moved_{axis}", 0)) + float(tags.get(f"moved_before_{axis}", 0))
        for axis in ("east", "north")
    )
    return east, north


def origin_of(tags: dict[str, str]) -> dict[str, str | None]:
    """Where a scene comes from, out of its tiles' tags."""
    return {
        "source": tags.get("source"),
        "platform": tags.get("platform") or None,
        "resampling": tags.get("resampling"),
    }


def overlap_of(tags: dict[str, str]) -> dict[str, float] | None:
    """How the files of a raster agree where they overlap, as `Overlap.figures`; None if not."""
    if "overlap" not in tags:
        return None
    pixels, *decibels = tags["overlap"].split()
    return {"pixels": int(pixels)} | dict(
        zip(("mean", "median", "spread"), map(float, decibels), strict=True)
    )


def with_overlap(tags: dict[str, str], figures: dict[str, float] | None) -> dict[str, str]:
    """Tags that tell of these figures too."""
    if figures is None:
        return tags
    text = "{pixels} {mean:.3f} {median:.2f} {spread:.2f}".format(**figures)
    return tags | {"overlap": text}


def share_of(tags: dict[str, str], key: str = "masked") -> float | None:
    """A share of a raster's pixels: that masks take it, None where it was not masked."""
    return float(tags[key]) if key in tags else None


def shares_of_tile(tags: dict[str, str]) -> dict[str, float | None]:
    """What of a tile is ``masked``, and of what there is ``no_area`` or ``no_mask``."""
    return {key: share_of(tags, f"tile_{key}") for key in ("masked", "no_area", "no_mask")}
