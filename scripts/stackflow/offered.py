"""Layers that lie beside the scenes and that nothing in the config asks for."""

from stackflow import layers
from stackflow.stacks import Product


def hints(settings: dict, product: Product, area: bool, masks: bool) -> list[str]:
    """What the layers beside a stack's scenes could be used for, a line each.

    Only names are looked at, no file is opened but the list of an archive's members; and where the
    first scene has none, no other scene's are.

    Parameters
    ----------
    settings : the stack's entry in the config.
    product : its scenes.
    area, masks : whether nothing was said on undoing the normalisation, and on masks.

    Returns
    -------
    Lines on what lies beside every scene; none of what the config names, which is told elsewhere.
    """
    if "simulate" in settings:
        return []
    named = settings.get("layers") or {}
    lines = []
    if area and not named.get("area") and layers.beside_all("area", product):
        lines.append(
            "area layers lie beside the scenes: 'correlate: {normalisation: undo}' uses them, for "
            "right displacements in mountains (docs/terrain.md)"
        )
    classes = layers.CLASSES
    masks = masks and not any(named.get(name) for name in classes)
    if masks and any(layers.beside_all(name, product) for name in classes):
        lines.append(
            "layover and shadow maps lie beside the scenes: 'masks: [layover, shadow]' of the "
            "stack uses them (docs/terrain.md)"
        )
    return lines
