"""Numbers with the digits that their standard error deserves."""

import math


def decimals(sigma: float) -> int:
    """Decimals of a value with this standard error: two digits of a small leading one, else one.

    The rule of the Particle Data Group (Review of Particle Physics, section 5.3): of the first
    three digits of the error, 100 to 354 are told with two, 355 to 949 with one, and 950 to 999
    are rounded up to 1000 and told with two.
    """
    power = math.floor(math.log10(sigma))
    first = round(sigma / 10.0**power * 100)
    return max(0, (1 if first <= 354 or first >= 950 else 0) - power - (first >= 950))


def counted(number: int, noun: str) -> str:
    """So many of what is named in the plural: 1 scene, 2 scenes, 1 pass, 84 tiles."""
    one = noun[:-2] if noun.endswith("sses") else noun.removesuffix("s")
    return f"{number} {one if number == 1 else noun}"


def told(value: float | None, sigma: float | None, sign: str = "+", unknown: int = 2) -> str:
    """A value in as many decimals as its standard error deserves; a missing one is empty.

    Parameters
    ----------
    value, sigma : in one unit; without a standard error above 0 ``unknown`` decimals are told.
    sign : "+" puts one before positive values, "" does not.
    """
    if value is None or not math.isfinite(value):
        return ""
    known = sigma is not None and math.isfinite(sigma) and sigma > 0
    places = decimals(sigma) if known and sigma is not None else unknown
    # A rounded 0 has no sign.
    return f"{round(value, places) + 0.0:{sign}.{places}f}"


def holding(radius: float, sigma: float | None, up: bool = True) -> str:
    """A radius that holds so many, rounded up so that it still does, or down where it is a limit.

    Parameters
    ----------
    radius, sigma : in one unit, not negative; without a standard error two decimals are told.
    """
    known = sigma is not None and math.isfinite(sigma) and sigma > 0
    places = decimals(sigma) if known and sigma is not None else 2
    scaled = radius * 10**places
    # What is rounded by a computer is no more.
    whole = math.ceil(scaled - 1e-6) if up else math.floor(scaled + 1e-6)
    return f"{whole / 10**places:.{places}f}"


def with_error(value: float | None, sigma: float | None, sign: str = "+") -> str:
    """A value and its standard error, as +53.14 ± 0.13; a missing one is empty."""
    text = told(value, sigma, sign)
    error = told(sigma, sigma, "")
    return f"{text} ± {error}" if text and error else text


def short(value: float, figures: int = 2) -> str:
    """A value that has no error of its own in two figures, or in whole units, never as 3.6e+02."""
    if not math.isfinite(value):
        return ""
    if value == 0:
        return "0"
    power = math.floor(math.log10(float(f"{abs(value):.{figures - 1}e}")))
    return f"{value:.{max(0, figures - 1 - power)}f}"
