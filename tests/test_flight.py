"""Heading, ground range, azimuth: against real orbits and footprints, and by hand."""

import math

import numpy as np
import pytest

from stackshift.ground import flight
from stackshift.ground.flight import ASCENDING, DESCENDING, LEFT, RIGHT, Look

# Corners (longitude, latitude) of the edges of real products at near and far range, along the
# flight, with the edge's incidence angle: S1B_IW_GRDH_1SDV_20211110T032039 and
# S1_308695_EW5_20221221T143259 (asf_search, tests/yml_tests/Resources), and
# S1A_IW_SLC__1SDV_20150305T051937 (a public STAC item).
EDGES = [
    ((-149.283875, 63.992542), (-150.149414, 65.465057), ASCENDING, 30.6),
    ((-144.131241, 64.439919), (-144.710358, 65.926117), ASCENDING, 46.0),
    ((13.182633, 42.119347), (12.756503, 40.479584), DESCENDING, 30.6),
    ((10.115331, 42.516747), (9.768469, 40.877575), DESCENDING, 46.0),
    ((-121.646677, 67.654202), (-121.744246, 67.451996), DESCENDING, 43.5),
    ((-123.067952, 67.750852), (-123.156888, 67.540184), DESCENDING, 47.0),
]


def in_space(longitude, latitude, height=0.0):
    """Earth-centred metres on WGS 84, written anew."""
    a, f = 6378137.0, 1 / 298.257223563
    lon, lat = np.radians(longitude), np.radians(latitude)
    n = a / math.sqrt(1 - f * (2 - f) * math.sin(lat) ** 2)
    flat = (n + height) * math.cos(lat)
    return np.array(
        [flat * math.cos(lon), flat * math.sin(lon), (n * (1 - f) ** 2 + height) * math.sin(lat)]
    )


def axes(longitude, latitude):
    """East and north in space."""
    lon, lat = np.radians(longitude), np.radians(latitude)
    east = np.array([-math.sin(lon), math.cos(lon), 0])
    north = [-math.sin(lat) * math.cos(lon), -math.sin(lat) * math.sin(lon), math.cos(lat)]
    return east, np.array(north)


def bearing(way, longitude, latitude):
    east, north = axes(longitude, latitude)
    return math.degrees(math.atan2(way @ east, way @ north))


def apart(one, other):
    return (one - other + 180) % 360 - 180


@pytest.mark.parametrize(("first", "last", "direction", "incidence"), EDGES)
def test_the_heading_is_that_of_the_edges_of_real_products(first, last, direction, incidence):
    middle = np.add(first, last) / 2
    truth = bearing(in_space(*last) - in_space(*first), *middle)
    found = flight.sentinel_heading(middle[1], direction, incidence)
    assert apart(found, truth) == pytest.approx(0, abs=0.35)


def test_the_heading_is_that_of_a_real_orbit():
    # A state vector of Sentinel-1A of 2022-12-21T14:32:59 (asf_search, the same file), metres and
    # metres a second, fixed to the Earth; what it sees at 43 degrees of incidence is looked for.
    place = np.array([-934794.673116, -2712765.822911, 6457980.318899])
    speed = np.array([-4781.482436, -5152.306436, -2850.302779])
    down = -place / np.linalg.norm(place)
    ahead = speed / np.linalg.norm(speed)
    right = np.cross(down, ahead)
    for side, sign in ((RIGHT, 1), (LEFT, -1)):
        for off_nadir in np.radians([25.0, 36.0]):
            # Square to the velocity: zero Doppler.
            ray = (
                math.cos(off_nadir) * (down - (down @ ahead) * ahead)
                + sign * math.sin(off_nadir) * right
            )
            ray /= np.linalg.norm(ray)
            low, high = 7e5, 1.3e6
            squash = np.array([1, 1, 6378137.0 / 6356752.3142])
            for _ in range(60):
                middle = (low + high) / 2
                inside = np.linalg.norm((place + middle * ray) * squash) < 6378137.0
                low, high = (low, middle) if inside else (middle, high)
            x, y, z = place + low * ray
            longitude = math.degrees(math.atan2(y, x))
            latitude = math.degrees(math.atan2(z, math.hypot(x, y) * (1 - 0.00669437999014)))
            east, north = axes(longitude, latitude)
            up = np.cross(east, north)
            incidence = math.degrees(math.acos(-ray @ up))
            truth = bearing(ray, longitude, latitude) - sign * 90
            found = flight.sentinel_heading(latitude, DESCENDING, incidence, side)
            assert apart(found, truth) == pytest.approx(0, abs=0.25)
            # The track below the satellite has quite another one.
            below = np.degrees([math.atan2(place[1], place[0]), math.asin(-down[2])])
            below = bearing(speed, *below)
            assert abs(apart(truth, below)) > 5


def test_headings_of_all_latitudes():
    # At the equator the track itself: 98.18 degrees, less what the Earth turns meanwhile.
    east = math.cos(math.radians(98.18)) - 12 / 175
    track = math.degrees(math.atan2(east, math.sin(math.radians(98.18))))
    assert apart(flight.sentinel_heading(0.0, ASCENDING), track) == pytest.approx(0, abs=0.1)
    for latitude in np.arange(-70, 81, 5.0):
        up, down = (flight.sentinel_heading(latitude, d) for d in (ASCENDING, DESCENDING))
        assert abs(apart(up, 0)) < 40 and abs(apart(down, 180)) < 40
        # A track southwards is one northwards seen in a mirror.
        assert apart(up, 180 - down) == pytest.approx(0, abs=1e-6)
    assert flight.sentinel_heading(-85.0, ASCENDING) is None


@pytest.mark.parametrize(
    ("heading", "side", "range_way", "azimuth_way"),
    [
        (0.0, RIGHT, (1, 0), (0, 1)),
        (0.0, LEFT, (-1, 0), (0, 1)),
        (90.0, RIGHT, (0, -1), (1, 0)),
        (190.0, RIGHT, (-math.cos(math.radians(10)), math.sin(math.radians(10))), None),
    ],
)
def test_range_points_to_the_side_and_azimuth_ahead(heading, side, range_way, azimuth_way):
    found = flight.ways(heading, side)
    assert found[0] == pytest.approx(range_way, abs=1e-12)
    if azimuth_way:
        assert found[1] == pytest.approx(azimuth_way, abs=1e-12)
    there = flight.to_range_azimuth((3.0, -2.0), heading, side)
    assert math.hypot(*there) == pytest.approx(math.hypot(3, 2))
    assert flight.to_east_north(there, heading, side) == pytest.approx((3.0, -2.0))


@pytest.mark.parametrize("slope", [0.0, 0.3, -0.5])
def test_a_dem_that_is_too_high_puts_what_is_seen_too_far_away(slope):
    # A satellite far to the left, so that rays are parallel: the pixel at x is filled with what has
    # the slant range that the DEM's height there asks for.
    incidence, error = 38.0, 10.0
    sine, cosine = math.sin(math.radians(incidence)), math.cos(math.radians(incidence))
    x = np.linspace(-200, 200, 400_001)
    true_range = x * sine - slope * x * cosine
    asked = 0.0 * sine - (0.0 + error) * cosine
    shown_at_zero = np.interp(asked, true_range, x)
    # What is drawn at 0 lies there, so that it is displaced by as much the other way.
    found = flight.of_height(error, incidence, slope)
    assert found == pytest.approx(-shown_at_zero, abs=1e-3)
    assert found > 0
    if slope == 0:
        assert found == pytest.approx(error / math.tan(math.radians(incidence)))
        assert flight.to_slant(found, incidence) == pytest.approx(error * cosine)


def test_layover_has_no_place():
    assert flight.of_height(-1.0, 38.0, slope=2.0) == -math.inf


def told(**changes):
    nothing = {"heading": None, "side": RIGHT, "incidence": None, "direction": ASCENDING}
    return nothing | {"sentinel": True, "swath": "IW2"} | changes


def test_what_is_told_counts_more_than_what_follows():
    follows = flight.sentinel_heading(60.0, ASCENDING, flight.INCIDENCE["IW2"])
    assert flight.look_of(told(), 60.0) == Look(follows, RIGHT, None)
    near = flight.sentinel_heading(60.0, ASCENDING, 31.0)
    assert flight.look_of(told(), 60.0, 31.0) == Look(near, RIGHT, 31.0)
    # 7 degrees of incidence are 2 of heading there.
    assert abs(apart(near, follows)) > 1.5
    assert flight.look_of(told(incidence=40.0), 60.0, 31.0).incidence == 40.0
    assert flight.look_of(told(heading=-12.0), 60.0) == Look(348.0, RIGHT, None)
    assert flight.look_of(told(direction=None), 60.0) is None
    assert flight.look_of(told(sentinel=False), 60.0) is None
