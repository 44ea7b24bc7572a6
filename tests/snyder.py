"""Scale and convergence of projections out of closed formulas, and not out of PROJ.

Snyder 1987, Map projections: a working manual, USGS Professional Paper 1395; convergence of the
transverse Mercator: Redfearn 1948, Empire Survey Review 9, 318. All on WGS 84.

What a pixel is on the ground is given as ((east, north) of a column, (east, north) of a row), in
metres.
"""

from math import asin, atan, cos, exp, hypot, pi, radians, sin, sqrt, tan

A = 6378137.0
F = 1 / 298.257223563
E2 = F * (2 - F)
SECOND = E2 / (1 - E2)


def prime_vertical(latitude):
    return A / sqrt(1 - E2 * sin(latitude) ** 2)


def meridian(latitude):
    return A * (1 - E2) / (1 - E2 * sin(latitude) ** 2) ** 1.5


def utm_place(x, y, meridian_=0.0, k0=0.9996):
    """(longitude, latitude) in radians; equations 7-19, 3-26, 8-17 to 8-25, northern zone."""
    mu = y / k0 / (A * (1 - E2 / 4 - 3 * E2**2 / 64 - 5 * E2**3 / 256))
    e1 = (1 - sqrt(1 - E2)) / (1 + sqrt(1 - E2))
    foot = (
        mu
        + (3 * e1 / 2 - 27 * e1**3 / 32) * sin(2 * mu)
        + (21 * e1**2 / 16 - 55 * e1**4 / 32) * sin(4 * mu)
        + 151 * e1**3 / 96 * sin(6 * mu)
    )
    c, t = SECOND * cos(foot) ** 2, tan(foot) ** 2
    n, r = prime_vertical(foot), meridian(foot)
    d = (x - 500_000) / (n * k0)
    latitude = foot - n * tan(foot) / r * (
        d**2 / 2
        - (5 + 3 * t + 10 * c - 4 * c**2 - 9 * SECOND) * d**4 / 24
        + (61 + 90 * t + 298 * c + 45 * t**2 - 252 * SECOND - 3 * c**2) * d**6 / 720
    )
    east = (
        d
        - (1 + 2 * t + c) * d**3 / 6
        + (5 - 2 * c + 28 * t - 3 * c**2 + 8 * SECOND + 24 * t**2) * d**5 / 120
    ) / cos(foot)
    return meridian_ + east, latitude


def utm(x, y, posting=30.0):
    """What a pixel is on the ground at a place of a northern UTM zone; scale: equation 8-11."""
    west, latitude = utm_place(x, y)
    c, t = SECOND * cos(latitude) ** 2, tan(latitude) ** 2
    a = west * cos(latitude)
    scale = 0.9996 * (
        1
        + (1 + c) * a**2 / 2
        + (5 - 4 * t + 42 * c + 13 * c**2 - 28 * SECOND) * a**4 / 24
        + (61 - 148 * t + 16 * t**2) * a**6 / 720
    )
    # From true to grid north, clockwise.
    turn = west * sin(latitude) * (1 + a**2 / 3 * (1 + 3 * c + 2 * c**2) + a**4 * (2 - t) / 15)
    size = posting / scale
    return (size * cos(turn), -size * sin(turn)), (-size * sin(turn), -size * cos(turn))


def web_mercator(x, y, posting=30.0):
    """The same of EPSG:3857: the spherical Mercator of ellipsoidal latitudes."""
    latitude = 2 * atan(exp(y / A)) - pi / 2
    east = prime_vertical(latitude) / A * cos(latitude)
    north = meridian(latitude) / A * cos(latitude)
    return (posting * east, 0.0), (0.0, -posting * north)


def polar(x, y, posting=30.0, standard=70.0, down=-45.0):
    """The same of the northern polar stereographic EPSG:3413; 15-9, 14-15, 21-32 to 21-41."""
    e = sqrt(E2)

    def t(latitude):
        return tan(pi / 4 - latitude / 2) / ((1 - e * sin(latitude)) / (1 + e * sin(latitude))) ** (
            e / 2
        )

    def m(latitude):
        return prime_vertical(latitude) * cos(latitude) / A

    there = radians(standard)
    rho = hypot(x, y)
    wanted = rho * t(there) / (A * m(there))
    latitude = pi / 2 - 2 * atan(wanted)
    for _ in range(10):
        ratio = ((1 - e * sin(latitude)) / (1 + e * sin(latitude))) ** (e / 2)
        latitude = pi / 2 - 2 * atan(wanted * ratio)
    size = posting * A * m(latitude) / rho
    # True north is towards the pole, in the middle of the map; east is to its right.
    north = -x / rho, -y / rho
    east = north[1], -north[0]
    return (size * east[0], size * north[0]), (-size * east[1], -size * north[1])


def ease_grid(x, y, posting=30.0):
    """The same of EASE-Grid 2.0, EPSG:6933, equal in area with 30 N true; 3-12, 10-13 to 10-21."""
    e, true = sqrt(E2), radians(30)
    k0 = prime_vertical(true) * cos(true) / A

    def q(latitude):
        s = e * sin(latitude)
        return (1 - E2) * (sin(latitude) / (1 - s**2) + atanh(s) / e)

    latitude = asin(y / A * k0)
    for _ in range(30):
        s = sin(latitude)
        slope = (1 - E2 * s**2) ** 2 / (2 * cos(latitude))
        latitude += slope * (2 * k0 * y / A - q(latitude)) / (1 - E2)
    east = posting * prime_vertical(latitude) * cos(latitude) / (A * k0)
    # No area is lost.
    return (east, 0.0), (0.0, -(posting**2) / east)


def atanh(value):
    return sum(value ** (2 * i + 1) / (2 * i + 1) for i in range(12))


def pixels(pixel, east, north):
    """(rows down, columns to the right) of a displacement in metres."""
    (a, d), (b, e) = pixel
    area = a * e - b * d
    return (a * north - d * east) / area, (e * east - b * north) / area


def metres(pixel, rows, columns):
    """(east, north) of a displacement in pixels, down and to the right."""
    column, row = pixel
    return tuple(columns * a + rows * b for a, b in zip(column, row, strict=True))
