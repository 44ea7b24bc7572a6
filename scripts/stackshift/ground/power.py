"""What the values of a scene are, as its makers say it, and power out of them."""

import re

import numpy as np

POWER, AMPLITUDE, DECIBEL = VALUES = ("power", "amplitude", "decibel")

# In this order, as "power in dB" is decibels.
_WORDS = {
    DECIBEL: {"db", "decibel", "decibels"},
    AMPLITUDE: {"amp", "amplitude", "magnitude"},
    POWER: {"power", "pow", "intensity", "linear"},
}
# HyP3: gamma0 or sigma0; power, amplitude or decibel; masked; filtered; clipped; matched.
# https://hyp3-docs.asf.alaska.edu/guides/rtc_product_guide/#naming-convention
_HYP3 = re.compile(r"_[gs]([pad])[uw][nf][ec][dm]_")
_LETTERS = {"p": POWER, "a": AMPLITUDE, "d": DECIBEL}


def said(texts: list[str | None]) -> str | None:
    """What values are by the first text that says it: a unit, a description, a file's name.

    Returns
    -------
    ``power``, ``amplitude``, ``decibel``, or None where no text says it.
    """
    for text in filter(None, texts):
        if letter := _HYP3.search(text):
            return _LETTERS[letter[1]]
        words = set(re.split(r"[^a-z0-9]+", text.lower()))
        for values, names in _WORDS.items():
            if words & names:
                return values
    return None


def as_power(block: np.ndarray, values: str) -> np.ndarray:
    """A float32 block of ``values`` as power; what has no finite power becomes NaN."""
    if values == POWER:
        return block
    with np.errstate(over="ignore"):
        if values == AMPLITUDE:
            power = block * block
        else:
            power = np.exp(np.float32(np.log(10) / 10) * block)
    power[np.isinf(power)] = np.nan
    return power
