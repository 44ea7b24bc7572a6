"""What figures and pages share that is not drawn: names, limits, and the mark of a platform."""

from typing import Any

import numpy as np

# Okabe & Ito's colours, which the colour-blind can tell apart.
PLATFORMS: list[dict[str, Any]] = [
    {"color": color, "marker": marker}
    for color, marker in zip(
        ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9"), "osD^v", strict=True
    )
]


def day(scene: str) -> str:
    """The date of a scene named YYYYMMDDTHHMMSS, as 2024-01-06."""
    return f"{scene[:4]}-{scene[4:6]}-{scene[6:8]}"


def reach(values, requirement: float) -> float:
    """Half the length of an axis in metres, which the usual values and the requirement fill.

    A wild value lies outside, and does not shrink all others to a dot.
    """
    known = np.abs(np.ravel(values).astype(float))
    known = known[np.isfinite(known)]
    usual = max(2 * requirement, 5 * float(np.median(known)) if len(known) else 0.0)
    return 1.25 * max(requirement, known[known <= usual].max(initial=0))


def platform_styles(platforms) -> dict[str, dict]:
    """Colour and mark of each platform, the same in all figures of a stack."""
    return {
        name: PLATFORMS[number % len(PLATFORMS)]
        for number, name in enumerate(sorted(set(platforms)))
    }
