# The layers by which tiles are looked at.
LOOKED_AT = ("dem", "local_incidence", "land_cover")


def layers_looked_at(stack: str, polarization: str) -> list[str]:
    """The layers that tell of the ground of tiles.

    Those that the config names, as nothing is looked for beside the scenes unless it is asked for.
    """
    settings = STACKS[real(stack)]
    given = settings.get("layers") or {}
    made = settings.get("simulate", {}).get("steepness")
    named = [name for name in LOOKED_AT if given.get(name)]
    named += ["dem", "local_incidence"] if made else []
    return [name for name in named if layer_of(stack, polarization, name)]


def looked_at_from(stack: str, polarization: str) -> list:
    """What their rasters are made from."""
    product = PRODUCTS[stack, polarization]
    newest, *_, oldest = product.scenes
    files = [
        path
        for name in layers_looked_at(stack, polarization)
        for scene in (newest, oldest)
        for path in layer_of(stack, polarization, name).of(scene)
    ]
    return [
        layer_from(dict.fromkeys(files)),
        made_layers_from(stack),
        product.grid.record(),
    ]


def looked_at(stack: str, polarization: str) -> dict[str, dict[str, str]]:
    """The rasters, on the grid, of these layers: one of the stack, or two of its scenes by name.

    Where each scene has its own the newest scene's stands for all, and the oldest one's shows
    whether it may.
    """
    folder, scenes = (
        f"results/{stack}/{polarization}",
        list(PRODUCTS[stack, polarization].scenes),
    )
    found = {}
    for name in layers_looked_at(stack, polarization):
        layer = layer_of(stack, polarization, name)
        of = [scenes[0], scenes[-1]] if layer.per_scene else [""]
        found[name] = {scene: f"{folder}/{layer.path(scene)}" for scene in of}
    return found
