"""What two tiles have in common near Nyquist, and whether it is folded detail."""

from dataclasses import dataclass

import numpy as np

from stackshift.tile.folding import Corner, corner
from stackshift.tile.spectra import Spectra

# A level above that of the law is seen where the spectrum flattens, or by chance.
_MOST = 1.3


@dataclass(frozen=True)
class Near:
    """Cross spectrum near Nyquist along one axis, turned back by a displacement and summed.

    Attributes
    ----------
    sum : over frequencies that are positive along the axis; what is folded adds to its imaginary
        part.
    variance : of its imaginary part.
    part : where it was taken.
    """

    sum: complex
    variance: float
    part: Corner


def near_nyquist(spectra: Spectra, displacement: np.ndarray) -> list[Near]:
    """The cross spectrum near Nyquist along rows and along columns."""
    found = []
    for axis in (0, 1):
        part = corner(spectra.band.padded, axis)
        # Half of the plane is given: both signs along rows, of columns the positive ones.
        lines = np.concatenate([part.lines, -part.lines])
        first, second = (whole.at(lines, part.places) for whole in spectra.full)
        cross = np.conj(first) * second
        down = np.exp(1j * displacement[0] * part.rows)
        down = np.concatenate([down, down.conj()])
        right = np.exp(1j * displacement[1] * part.columns)
        turned = (cross * right).sum(axis=1) * down
        ahead = complex(turned[: len(part.rows)].sum())
        behind = complex(turned[len(part.rows) :].sum())
        power = float((cross.real**2 + cross.imag**2).sum())
        found.append(Near(ahead + (behind.conjugate() if axis == 0 else behind), power / 2, part))
    return found


def level(near: list[Near], turns: np.ndarray, law: tuple[float, float]) -> float:
    """Common power near Nyquist over what a power law and boxes would have there, from 0.

    Parameters
    ----------
    near : from `near_nyquist`.
    turns : (rows, columns) from `aliasing.turned`.
    law : slope and level of the common power.
    """
    found = expected = 0.0
    for one, turn in zip(near, turns, strict=True):
        folded = one.part.folding.folded(law[0])
        found += one.sum.real
        expected += (_common(one, law) * (1 + turn.real * folded)).sum()
    return min(max(found / expected, 0.0), _MOST)


def against(near: list[Near], turns, pull, law: tuple[float, float], share: float) -> float:
    """Log likelihood ratio against folding, from the phase near Nyquist.

    Parameters
    ----------
    near : from `near_nyquist`, turned back by the displacement less the pull.
    turns, pull : (rows, columns) of the displacement from `aliasing.turned`, and how far it was
        pulled, in pixels, if a ``share`` of the law is folded.
    law, share : slope and level of the common power, and how much of it there is.
    """
    ratio = 0.0
    for one, turn, back in zip(near, turns, pull, strict=True):
        folded = one.part.folding.folded(law[0]) * share
        left = np.exp(-1j * one.part.folding.rows * back)
        size = _common(one, law) * share
        model = (size * (folded * (turn * left).imag + left.imag)).sum()
        ratio += ((one.sum.imag - model) ** 2 - one.sum.imag**2) / (2 * one.variance + 1e-300)
    return float(ratio)


def _common(one: Near, law: tuple[float, float]) -> np.ndarray:
    """Common power of both halves of the coefficients that were summed, as the law has it."""
    slope, height = law
    return 2 * np.exp(height - slope * one.part.logarithm) * one.part.folding.boxes
