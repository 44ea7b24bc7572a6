"""What a stack's scenes are aligned with, and so what their offsets are relative to.

Only the standard library, since the Snakefile imports this each time it is parsed.
"""

import os
import re
from dataclasses import dataclass
from difflib import get_close_matches

from stackshift.errors import InputError

STACK, SCENE, DEM, IMAGE = "stack", "scene", "dem", "image"
_LONGEST = 32
_SCENE = re.compile(r"\d{8}T\d{6}")


@dataclass(frozen=True)
class Zero:
    """What scenes are aligned with.

    Attributes
    ----------
    kind : ``stack``, its aligned mean and then its median; ``scene``, the same, and then one scene;
        ``dem``, the image that the terrain would make where the DEM has it; ``image``, a raster.
    name : the scene, or the path of the raster.
    """

    kind: str = STACK
    name: str | None = None

    @classmethod
    def of(cls, given: str | None) -> "Zero":
        """What ``align: reference`` of the config says.

        Raises
        ------
        InputError
            If it is nothing of the kind.
        """
        if given in (None, STACK):
            return cls()
        if given == DEM:
            return cls(DEM)
        if _SCENE.fullmatch(given):
            return cls(SCENE, given)
        if "/" in given or "." in given or os.path.exists(given):
            return cls(IMAGE, given)
        near = get_close_matches(given, [STACK, DEM], n=1)
        hint = f"did you mean '{near[0]}'?" if near else "give stack, dem, a scene or a raster"
        raise InputError(
            f"align.reference: '{given}' is no scene (YYYYMMDDTHHMMSS) and no file; {hint}"
        )

    @property
    def absolute(self) -> bool:
        """Whether offsets are relative to something that is none of the stack's scenes."""
        return self.kind in (DEM, IMAGE)

    @property
    def scene(self) -> str | None:
        """The scene that offsets are relative to, if one is."""
        return self.name if self.kind == SCENE else None

    @property
    def words(self) -> str:
        """What offsets are counted from, in words that follow "from"."""
        return {
            STACK: "the stack's median",
            SCENE: f"the scene {self.name}",
            DEM: "the DEM",
            IMAGE: _image(self.name or ""),
        }[self.kind]


def _image(path: str) -> str:
    """An image in words; of the template of another stack what lies at zero in it.

    That is no zero of the stack's: its template has the median of some of its scenes.
    """
    *_, stack, polarization, folder, file = ["", "", "", *path.replace(os.sep, "/").split("/")]
    if (folder, file) != ("template", "template.tif"):
        return f"the image {_short(file, _LONGEST)}"
    # What a path leaves open for the config to fill in is no name.
    of = " ".join(part for part in (stack, polarization) if part and "{" not in part)
    return f"the median of {_short(of, _LONGEST // 2)}'s template" if of else "a template's median"


def _short(name: str, longest: int) -> str:
    if len(name) <= longest:
        return name
    # Its end tells more than its middle, and axes of figures are short.
    return f"{name[: longest // 2]}...{name[-longest // 2 :]}"
