"""Mountains as a side-looking radar sees them: DEM, areas, angles, layover and shadow.

A facet of the DEM that rises by s a metre of ground range, away from the satellite, has, for an
incidence i on the ellipsoid, square to the line of sight an area of cos i + s sin i a square metre
of the map, and takes sin i - s cos i metres of slant range a metre of the map. Their ratio is that
of the reference areas of gamma0 and beta0, by which radiometric terrain correction divides (Small
2011, doi:10.1109/TGRS.2011.2120616; OPERA's layer rtc_anf_gamma0_to_beta0, specification JPL
D-108758; HyP3's _area, https://hyp3-docs.asf.alaska.edu/guides/rtc_product_guide/, is the same to a
factor). The brightness of a facet, its area times its ground, lies where the image lies; the area
by which it is divided, where the DEM, and so the map, has it. What lies over or in shadow is
known from the DEM too (Small 2012, doi:10.1109/IGARSS.2012.6350465, on composites of such images).
"""

from dataclasses import dataclass

import numpy as np
from scipy import fft, ndimage

from stackshift.ground import flight, geometry
from stackshift.simulate.simulation import low_pass, power_law, soft_edge

# Areas are no smaller than this where a facet turns away, and slant ranges where it lies over.
_LEAST_SEEN, _LEAST_SLANT = 0.02, 0.12
# Heights fall off with the wavelength as those of real mountains (amplitude |k|^-1.9).
_EXPONENT = 1.9
# Classes as OPERA's mask has them, and bits as HyP3's ls_map.
SHADOW, LAYOVER = 1, 2
TESTED, TRUE_LAYOVER, PASSIVE_LAYOVER, TRUE_SHADOW, PASSIVE_SHADOW = 1, 2, 4, 8, 16


@dataclass(frozen=True)
class View:
    """How a simulated stack is seen.

    Attributes
    ----------
    heading : of azimuth on the ground, degrees clockwise from true north.
    incidence : on the ellipsoid, degrees, the same everywhere.
    across, along : (rows, columns) in pixels that a metre of ground range, and of azimuth, lead.
    """

    heading: float
    incidence: float
    across: geometry.Vector
    along: geometry.Vector

    def pixels(self, range_: float, azimuth: float) -> geometry.Vector:
        """(rows to the south, columns to the east) in pixels of metres along range and azimuth."""
        return (
            range_ * self.across[0] + azimuth * self.along[0],
            range_ * self.across[1] + azimuth * self.along[1],
        )


def view(settings: dict, latitude: float, pixel: geometry.Pixel) -> View:
    """How Sentinel-1 sees a simulated stack.

    Parameters
    ----------
    settings : the stack's ``simulate`` section of the config.
    latitude : degrees, of the middle of its ground.
    pixel : what a pixel is on the ground there.
    """
    incidence = float(settings.get("incidence", 38))
    direction = settings.get("direction") or flight.DESCENDING
    heading = flight.sentinel_heading(latitude, direction, incidence)
    if heading is None:
        raise ValueError(f"Sentinel-1 does not see a latitude of {latitude:.1f} degrees")
    across, along = (
        geometry.to_pixels(flight.to_east_north(way, heading), pixel)
        for way in ((1.0, 0.0), (0.0, 1.0))
    )
    return View(heading, incidence, across, along)


@dataclass(frozen=True)
class Terrain:
    """A piece of ground, each (rows, columns) on one grid.

    Attributes
    ----------
    dem : heights in metres.
    area : of gamma0 over that of beta0; cot(incidence) on level ground.
    rise : slope along ground range, metres up a metre away from the satellite.
    local_incidence : degrees, between the line of sight and the normal of the ground.
    """

    dem: np.ndarray
    area: np.ndarray
    rise: np.ndarray
    local_incidence: np.ndarray

    def every(self, step: int) -> "Terrain":
        """Each so many-th pixel along both axes, as a scene samples its ground."""
        return Terrain(
            *(x[::step, ::step] for x in (self.dem, self.area, self.rise, self.local_incidence))
        )


def terrain(
    shape: tuple[int, int], seed: int, steepness: float, view: View, oversample: int = 2
) -> Terrain:
    """Mountains on the grid of a ground, finer than the scenes by ``oversample``.

    Parameters
    ----------
    shape : (rows, columns) of the scenes in pixels.
    seed : the same seed gives the same mountains.
    steepness : standard deviation of the slope along ground range.
    view : how it is seen.

    Returns
    -------
    Neither heights nor the logarithm of the area hold detail beyond the scenes' Nyquist frequency,
    so that they can be displaced and decimated as the ground is; periodic as that is.
    """
    fine = shape[0] * oversample, shape[1] * oversample
    edge = soft_edge(0.5 / oversample)
    dem = low_pass(power_law(fine, _EXPONENT, np.random.default_rng((seed, 7))), edge)
    # Of rows and columns of the fine grid, which a metre leads so many.
    ways = [np.multiply(way, oversample) for way in (view.across, view.along)]
    rise, slope = _gradients(dem, ways)
    scale = steepness / max(float(rise.std()), 1e-30)
    dem, rise, slope = (np.float32(scale) * x for x in (dem, rise, slope))
    area = np.exp(low_pass(np.log(facet_area(rise, view.incidence)), edge))
    return Terrain(dem, area, rise, local_incidence(rise, slope, view.incidence))


def _gradients(dem: np.ndarray, ways) -> list[np.ndarray]:
    """How much a periodic image grows along each of some ways (rows, columns)."""
    spectrum = fft.rfft2(dem)
    down = 2j * np.pi * fft.fftfreq(dem.shape[0])[:, None].astype(np.float32)
    right = 2j * np.pi * fft.rfftfreq(dem.shape[1])[None].astype(np.float32)
    return [
        fft.irfft2(spectrum * (way[0] * down + way[1] * right).astype(np.complex64), dem.shape)
        for way in ways
    ]


def facet_area(rise, incidence: float) -> np.ndarray:
    """Area of gamma0 over that of beta0 of facets: cot(incidence - slope angle), bounded.

    Parameters
    ----------
    rise : slope along ground range, metres up a metre away from the satellite.
    incidence : degrees.
    """
    sine, cosine = np.sin(np.radians(incidence)), np.cos(np.radians(incidence))
    seen = np.maximum(cosine + rise * sine, _LEAST_SEEN)
    return seen / np.maximum(np.abs(sine - rise * cosine), _LEAST_SLANT)


def local_incidence(rise, slope, incidence: float) -> np.ndarray:
    """Angle in degrees between the line of sight and the normal of facets.

    Parameters
    ----------
    rise, slope : along ground range and azimuth, metres up a metre.
    incidence : degrees.
    """
    sine, cosine = np.sin(np.radians(incidence)), np.cos(np.radians(incidence))
    normal = np.sqrt(1 + rise**2 + slope**2)
    return np.degrees(np.arccos(np.clip((cosine + rise * sine) / normal, -1, 1)))


def layover_shadow(dem: np.ndarray, rise: np.ndarray, view: View) -> tuple[np.ndarray, np.ndarray]:
    """Where ground lies over other ground, and where none is seen.

    Parameters
    ----------
    dem, rise : heights in metres and slopes along range, on the grid of the scenes.
    view : how it is seen.

    Returns
    -------
    (classes, bits), uint8: OPERA's mask (0 neither, SHADOW, LAYOVER, 3 both), and HyP3's ls_map
    (TESTED, and what is true of the facet itself, or passive, by what others do to it).
    """
    tangent = np.tan(np.radians(view.incidence))
    over, dark = _by_others(dem, view)
    folds, turns = rise >= tangent, rise <= -1 / tangent
    over, dark = over | folds, dark | turns
    classes = SHADOW * dark + LAYOVER * over
    bits = TESTED + TRUE_LAYOVER * folds + PASSIVE_LAYOVER * (over & ~folds)
    bits = bits + TRUE_SHADOW * turns + PASSIVE_SHADOW * (dark & ~turns)
    return classes.astype(np.uint8), bits.astype(np.uint8)


def _by_others(dem: np.ndarray, view: View) -> tuple[np.ndarray, np.ndarray]:
    """Layover and shadow along lines of ground range, each pixel with all others of its line."""
    step = float(np.hypot(*view.across))
    way = np.array(view.across) / step
    rows, columns = np.indices(dem.shape, np.float32)
    middle = (np.array(dem.shape) - 1) / 2
    reach = int(np.ceil(np.hypot(*dem.shape) / 2)) + 1
    places = np.arange(-reach, reach + 1, dtype=np.float32)
    square = np.array([-way[1], way[0]])
    # A map turned so that range runs along its columns, the edge going on beyond the scenes.
    turned = [
        middle[axis] + places[None, :] * way[axis] + places[:, None] * square[axis]
        for axis in (0, 1)
    ]
    lines = ndimage.map_coordinates(dem, turned, order=1, mode="nearest")
    away = places[None, :] / step
    sine, cosine = np.sin(np.radians(view.incidence)), np.cos(np.radians(view.incidence))
    slant, height = away * sine - lines * cosine, away * cosine + lines * sine
    over = slant < np.maximum.accumulate(slant, axis=1)
    over |= slant > np.minimum.accumulate(slant[:, ::-1], axis=1)[:, ::-1]
    dark = height < np.maximum.accumulate(height, axis=1)
    across = (rows - middle[0]) * way[0] + (columns - middle[1]) * way[1]
    along = (rows - middle[0]) * square[0] + (columns - middle[1]) * square[1]
    back = np.rint(np.array([along + reach, across + reach])).astype(int)
    return over[tuple(back)], dark[tuple(back)]
