"""Digits: as many as the Particle Data Group tells, by its own examples."""

import pytest

from stackshift.stack.digits import counted, holding, short, told, with_error


@pytest.mark.parametrize(
    ("value", "sigma", "expected"),
    [
        # "0.827 +- 0.119 becomes 0.83 +- 0.12, and 0.827 +- 0.367 becomes 0.8 +- 0.4", section 5.3.
        (0.827, 0.119, "+0.83 ± 0.12"),
        (0.827, 0.367, "+0.8 ± 0.4"),
        (53.1357, 0.097, "+53.14 ± 0.10"),
        (-1.0, 0.0012, "-1.0000 ± 0.0012"),
        (123.4, 35.4, "+123 ± 35"),
        (-0.004, 0.2, "+0.00 ± 0.20"),
        (7.0, None, "+7.00"),
        (7.0, float("nan"), "+7.00"),
        (None, 0.1, ""),
        (float("nan"), 0.1, ""),
    ],
)
def test_a_value_has_the_digits_that_its_error_deserves(value, sigma, expected):
    assert with_error(value, sigma) == expected


def test_a_length_has_no_sign():
    assert told(63.566, 0.15, "") == "63.57"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (361.8, "362"), (35.4, "35"), (9.96, "10"), (3.54, "3.5"), (0.0961, "0.096"),
        (1.5e-7, "0.00000015"), (0.0, "0"), (float("nan"), ""),
    ],
)  # fmt: skip
def test_a_value_without_an_error_has_two_figures_and_no_exponent(value, expected):
    assert short(value) == expected


@pytest.mark.parametrize(
    ("radius", "sigma", "up", "down"),
    [
        (3.561, 0.2, "3.57", "3.56"),
        (3.5, 0.5, "3.5", "3.5"),
        (363.21, 5.0, "364", "363"),
        (363.21, None, "363.21", "363.21"),
        (0.1 + 0.2, 0.04, "0.30", "0.30"),
        (0.0, 0.4, "0.0", "0.0"),
    ],
)
def test_a_radius_still_holds_what_it_holds_when_it_is_rounded(radius, sigma, up, down):
    assert (holding(radius, sigma), holding(radius, sigma, up=False)) == (up, down)


def test_one_is_no_plural():
    assert [counted(n, "scenes") for n in (0, 1, 2)] == ["0 scenes", "1 scene", "2 scenes"]
    assert [counted(1, noun) for noun in ("tiles", "passes", "pairs")] == [
        "1 tile", "1 pass", "1 pair",
    ]  # fmt: skip
