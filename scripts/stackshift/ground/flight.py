"""How a radar satellite looks at a place: its heading there, ground range, azimuth, slant range.

Only the standard library, since the Snakefile imports this each time it is parsed.

Azimuth is positive along the flight, ground range away from the satellite, in the direction of the
look; both are horizontal. A heading is that of the azimuth direction at the place on the ground, in
degrees clockwise from true north. It is not that of the satellite's own track, which lies some
hundred kilometres beside the place: meridians converge, by which both differ by 3 to 5 degrees at a
latitude of 40 and twice as much at 60.
"""

import math
from dataclasses import dataclass

from stackshift.ground.geometry import Vector

RIGHT, LEFT = "right", "left"
ASCENDING, DESCENDING = "ascending", "descending"

# Sentinel-1 (ESA, Sentinel-1 User Handbook GMES-S1OP-EOPG-TN-13-0001, 2.2): inclination, 175 orbits
# in 12 days, near-circular at 693 km; IW looks at 29.1 to 46.0 degrees of incidence.
_INCLINATION = math.radians(98.18)
_TURNS_A_DAY = 175 / 12
_AXIS = 7_070_400.0
_EARTH = 6_371_000.0
_FLATTENED = 1 - 0.00669437999014
# Of its swaths in the middle (the same, table 5-1), degrees; of IW as a whole, for scenes that
# tell none.
INCIDENCE = {
    "IW1": 32.9, "IW2": 38.3, "IW3": 43.1, "IW": 38.3, "EW1": 23.6, "EW2": 31.4, "EW3": 36.8,
    "EW4": 41.4, "EW5": 45.0, "EW": 35.0,
}  # fmt: skip
_STEPS = 60


@dataclass(frozen=True)
class Look:
    """How a scene was seen.

    Attributes
    ----------
    heading : direction of azimuth on the ground, degrees clockwise from true north.
    side : RIGHT or LEFT, as seen along the flight.
    incidence : on the ellipsoid, degrees; None where it is not known.
    """

    heading: float
    side: str = RIGHT
    incidence: float | None = None


def look_of(told: dict, latitude: float, incidence: float | None = None) -> Look | None:
    """The look of a scene, as far as it is told or follows; None where no heading is known.

    Parameters
    ----------
    told : ``heading`` and ``incidence`` of the config or None, ``side``, ``direction`` or None,
        ``sentinel`` whether it is Sentinel-1's, and ``swath``, as IW2 or IW, or None.
    latitude : of the middle of the scenes, degrees.
    incidence : mean of the layer, degrees, which counts where the config gives none.
    """
    known = told["incidence"] if told["incidence"] is not None else incidence
    heading = told["heading"]
    if heading is None and told["sentinel"] and told["direction"]:
        about = known or INCIDENCE.get(told["swath"] or "", INCIDENCE["IW"])
        heading = sentinel_heading(latitude, told["direction"], about, told["side"])
    return None if heading is None else Look(heading % 360, told["side"], known)


def sentinel_heading(
    latitude: float, direction: str, incidence: float = INCIDENCE["IW"], look: str = RIGHT
) -> float | None:
    """The direction of azimuth at a place that Sentinel-1 sees, degrees clockwise from true north.

    The satellite flies over a turning Earth (Capderou 2005, Satellites: Orbits and Missions, 5.4)
    on a sphere: where its track runs, and which way, follows from the inclination, and from the
    175 turns that it makes in 12 of the Earth's with regard to its own plane. The place lies on the
    great circle square to the track (zero Doppler), as far as the incidence says. A difference of
    1 degree, which an incidence that is 8 degrees off makes at a latitude of 40, turns 1.7 % of a
    displacement into the other axis; the sphere makes 0.3.

    Parameters
    ----------
    latitude : geodetic, degrees, of the place.
    direction : ASCENDING or DESCENDING.
    incidence : on the ellipsoid at the place, degrees.
    look : to which side.

    Returns
    -------
    0 to 360; None where the place cannot be seen so near a pole.
    """
    angle = math.radians(incidence)
    apart = angle - math.asin(_EARTH / _AXIS * math.sin(angle))
    target = math.atan(_FLATTENED * math.tan(math.radians(latitude)))
    side = math.pi / 2 if look == RIGHT else -math.pi / 2

    def seen(nadir: float) -> float:
        """Geocentric latitude of what is seen from over a latitude."""
        bearing = _track(nadir, direction) + side
        return math.asin(
            math.sin(nadir) * math.cos(apart)
            + math.cos(nadir) * math.sin(apart) * math.cos(bearing)
        )

    # What is seen moves northwards with the satellite but for next to the poles.
    north = math.pi - _INCLINATION - 1e-6
    low, high = max(-north, target - 3 * apart), min(north, target + 3 * apart)
    if not seen(low) <= target <= seen(high):
        return None
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if seen(middle) < target else (low, middle)
    bearing = _track(low, direction) + side
    # The bearing at which the great circle from below the satellite passes through the place.
    onwards = math.atan2(
        math.sin(bearing) * math.cos(low),
        math.cos(low) * math.cos(apart) * math.cos(bearing) - math.sin(low) * math.sin(apart),
    )
    return math.degrees(onwards - side) % 360


def _track(latitude: float, direction: str) -> float:
    """Heading in radians of the track below the satellite, at a geocentric latitude in radians."""
    east = math.cos(_INCLINATION) / math.cos(latitude)
    north = math.sqrt(max(1 - east**2, 0.0)) * (1 if direction == ASCENDING else -1)
    return math.atan2(east - math.cos(latitude) / _TURNS_A_DAY, north)


def to_range_azimuth(east_north: Vector, heading: float, look: str = RIGHT) -> Vector:
    """A displacement (east, north) as (ground range, azimuth), in the same unit.

    Parameters
    ----------
    east_north : two numbers, or two arrays.
    heading : of the azimuth direction, degrees clockwise from north.
    look : RIGHT or LEFT, as seen along the flight.
    """
    (re, rn), (ae, an) = ways(heading, look)
    east, north = east_north
    return re * east + rn * north, ae * east + an * north


def to_east_north(range_azimuth: Vector, heading: float, look: str = RIGHT) -> Vector:
    """The opposite of `to_range_azimuth`."""
    (re, rn), (ae, an) = ways(heading, look)
    across, along = range_azimuth
    return re * across + ae * along, rn * across + an * along


def ways(heading: float, look: str = RIGHT) -> tuple[Vector, Vector]:
    """Where ground range and azimuth point, each (east, north) of length 1."""
    angle = math.radians(heading)
    sine, cosine = math.sin(angle), math.cos(angle)
    side = 1 if look == RIGHT else -1
    return (side * cosine, -side * sine), (sine, cosine)


def to_slant(ground: float, incidence: float) -> float:
    """The difference in slant range of a horizontal displacement in ground range.

    Parameters
    ----------
    ground : metres away from the satellite.
    incidence : degrees, between the line of sight and the vertical.
    """
    return ground * math.sin(math.radians(incidence))


def of_height(error: float, incidence: float, slope: float = 0.0) -> float:
    """By how much an error of the DEM displaces what a scene shows, metres of ground range.

    A pixel of the map is filled with what lies as far from the satellite as the DEM says that the
    pixel does. A point at the height z above x has the slant range x sin i - z cos i plus what is
    the same for all, so that a DEM that is too high by h looks h cos i too near; what it finds lies
    nearer to the satellite by h cos i / (sin i - z' cos i), and is drawn that much too far away
    (Schreier 1993, SAR Geocoding: Data and Systems, 4; of level ground h / tan i as in Small &
    Schubert 2008, Guide to ASAR Geocoding, RSL-ASAR-GC-AD, and in the error budget of CARD4L).

    Parameters
    ----------
    error : height of the DEM less the true one, metres.
    incidence : degrees, on the ellipsoid.
    slope : of the ground along range, metres up a metre away from the satellite: positive where it
        faces the satellite.

    Returns
    -------
    Metres, positive away from the satellite; infinite where the ground lies over (slope of 1 / tan
    i). In slant range that is h cos i on level ground.
    """
    room = math.tan(math.radians(incidence)) ** -1
    left = 1 - slope * room
    return error * room / left if left > 0 else math.copysign(math.inf, error)
