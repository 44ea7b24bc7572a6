"""The windows of tiles, against integrals and a slow and obvious version."""

import numpy as np
import pytest
from scipy import signal

from stackshift.tile import windows


@pytest.mark.parametrize(("size", "fraction"), [(100, 0.1), (97, 0.3), (64, 1.0), (50, 0.0)])
def test_taper_is_tukeys_window(size, fraction):
    # Sampled at pixel centres, where SciPy samples at the ends.
    expected = signal.windows.tukey(2 * size + 1, fraction)[1::2]
    np.testing.assert_allclose(windows.taper(size, fraction), expected, atol=0.01)


def test_samples_of_a_window():
    flat = windows.window((40, 50), 0.0, None)
    assert flat.samples == pytest.approx(2000)
    assert flat.total == pytest.approx(2000)
    half = windows.window((40, 50), 0.0, np.repeat([[0.0, 1.0]], 25, 1).repeat(40, 0).astype("f4"))
    assert half.samples == pytest.approx(1000)
    tapered = windows.window((400, 500), 0.1, None)
    # Integrals of the cosine flank: of its square 3/8, of its fourth power 35/128.
    each = [(0.9 + 0.1 * 3 / 8) ** 2 / (0.9 + 0.1 * 35 / 128)] * 2
    assert tapered.samples == pytest.approx(200_000 * each[0] * each[1], rel=1e-3)
    # And of its squared slope: pi^2 / (8 flank) at each end.
    for axis, size in enumerate((400, 500)):
        slope = 2 * np.pi**2 / (8 * 0.05 * size) / ((0.9 + 0.1 * 3 / 8) * size)
        assert tapered.steepness[axis] == pytest.approx(slope, rel=0.02)


def test_windows_of_displaced_content_lie_on_the_same_content():
    rows, columns = 64, 80
    plain = windows.window((rows, columns), 0.5, None)
    one, two = windows.windows(plain, np.array([0.6, -0.9]))
    down, right = np.arange(rows)[:, None], np.arange(columns)[None]
    for got, way in ((one, -0.5), (two, 0.5)):
        y, x = down + 0.5 - way * 0.6, right + 0.5 + way * 0.9
        flanks = [
            0.5 - 0.5 * np.cos(np.pi * np.clip(np.minimum(at, n - at) / (n / 4), 0, 1))
            for at, n in ((y, rows), (x, columns))
        ]
        # The curvature of the flanks is what lines between pixels miss.
        np.testing.assert_allclose(got.weight, flanks[0] * flanks[1], atol=0.005)
