"""Why no peak stands out: none at all, one beyond the search radius, or contrast upside down."""

from dataclasses import replace

from stackshift.tile import match as outcome
from stackshift.tile.match import Match
from stackshift.tile.peak import coarse_peak
from stackshift.tile.spectra import Spectra


def no_peak(spectra: Spectra, psr: float, radius: int, least: float) -> Match:
    """The refusal of tiles whose peak within the search radius does not pass the gate.

    Parameters
    ----------
    spectra : the lower part of the band, of which the peak was sought.
    psr : ratio of the highest peak within the radius.
    radius : search radius in pixels.
    least : gate of the peak to sidelobe ratio.
    """
    # Everything that the surface holds; beyond half a tile it begins anew.
    everywhere = min(size // 2 - 2 for size in spectra.band.padded)
    if everywhere > radius:
        displacement, beyond = coarse_peak(spectra, everywhere)
        distance = max(abs(displacement))
        if beyond >= least and distance > radius:
            return beyond_radius(distance, radius, beyond)
    inverted = replace(spectra, secondary=-spectra.secondary)
    _, negative = coarse_peak(inverted, radius)
    if negative >= least:
        return Match.rejected(
            outcome.NO_MATCH,
            f"the tiles agree with inverted contrast only (peak to sidelobe ratio {negative:.1f},"
            f" {psr:.1f} as they are): what is bright in one is dark in the other",
            quality=psr,
        )
    return faint(psr, least)


def beyond_radius(distance: float, radius: int, psr: float) -> Match:
    """The refusal of a peak that lies too far away."""
    return Match.rejected(
        outcome.SEARCH_LIMIT,
        f"the best match is {distance:.0f} pixels away, beyond the search radius of {radius};"
        " raise search_radius if scenes may lie that far apart (a third of the tile's length is"
        " the most)",
        quality=psr,
    )


def faint(psr: float, least: float) -> Match:
    """The refusal of a peak that does not stand out."""
    return Match.rejected(
        outcome.NO_MATCH,
        f"peak to sidelobe ratio {psr:.1f} is below the gate of {least:g}: nothing to match",
        quality=psr,
    )
