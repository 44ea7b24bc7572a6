"""Of several files of one acquisition the one that counts, the same kind for all scenes of a stack.

Only the standard library, since the Snakefile imports this each time it is parsed.
"""

import re
from collections import Counter
from collections.abc import Iterable

from stackflow.sources import Source, base_name
from stackshift.ground import names

# What a newer processing differs in, and so says nothing of the kind.
_NEWER = {"orbit file", "processor version"}
_RADIOMETRY = {"gamma0": 1, "sigma0": -1, "beta0": -1}
# A part of a scene that was cut out of it, as SNAP's subset_0_of_S1A_...
_CUT = re.compile(r"SUBSET|CROP(PED)?|CLIP(PED)?")


def kind_of(source: Source) -> tuple[str, ...]:
    """What tells a file from others of its acquisition, but times and numbers of processings.

    Of a known product it is what its grammar says, of any other name its words.
    """
    traits = dict(source.traits)
    if "product" in traits:
        told = {key: value for key, value in traits.items() if key not in _NEWER}
        told["values"] = source.values or ""
        if traits["product"].startswith(("HyP3", "OPERA")):
            return tuple(f"{key} {value}" for key, value in sorted(told.items()))
    # Dates, orbits, identifiers in hexadecimal, and numbers of copies.
    return tuple(
        w for w in _words(source) if not re.search(r"\d{4}|^(?=.*\d)[0-9A-F]{4,}$|^\d?$", w)
    )


def _words(source: Source) -> list[str]:
    return re.split(r"[^A-Z0-9]+", names.TIFF.sub("", base_name(source.path)).upper())


class Preference:
    """Which of several files of an acquisition a stack uses, by what most of its scenes have."""

    def __init__(self, sources: Iterable[Source]):
        sources = list(sources)
        self._kinds = Counter(kind_of(source) for source in sources)
        days = {(_producer(source), source.time.date()) for source in sources}
        self._producers = Counter(producer for producer, _ in days if producer)

    def other_producers(self, sources: list[Source]) -> dict[Source, Source]:
        """The file of a pass that stands for those of other producers, as these lie apart.

        Returns
        -------
        The file that counts, by the file that does not; empty where all are of one producer.
        """
        there = {producer for source in sources if (producer := _producer(source))}
        if len(there) < 2:
            return {}
        chosen = max(there, key=lambda producer: (self._producers[producer], producer))
        first = next(source for source in sources if _producer(source) == chosen)
        return {s: first for s in sources if _producer(s) not in (None, chosen)}

    def rank(self, source: Source) -> tuple:
        """Larger for a file that is rather taken; equal for files of one kind."""
        kind = kind_of(source)
        return (*self._shown(source), tuple(-ord(c) for c in " ".join(kind)))

    def reason(self, old: Source, new: Source) -> str | None:
        """Why a file is taken rather than another of another kind; None if they are of one kind."""
        if kind_of(old) == kind_of(new):
            return None
        producers = [_producer(source) for source in (old, new)]
        if all(producers) and len(set(producers)) > 1:
            return f"is of the producer that most dates are of ({producers[1]})"
        whys = (
            "names its polarization",
            "is gamma0" if self._shown(new)[1] > 0 else "names neither sigma0 nor beta0",
            "is of the kind that more scenes have",
            "names no part of a scene",
            "has fewer words in its name",
        )
        shown = zip(self._shown(old), self._shown(new), whys, strict=True)
        first = "comes first in alphabetical order"
        return next((why for one, other, why in shown if one != other), first)

    def _shown(self, source: Source) -> tuple:
        named = bool(names.POLARIZATION.search(base_name(source.path).upper()))
        radiometry = _RADIOMETRY.get(dict(source.traits).get("radiometry", ""), 0)
        kind = kind_of(source)
        whole = not any(_CUT.fullmatch(word) for word in _words(source))
        return named, radiometry, self._kinds[kind], whole, -len(kind)


def _producer(source: Source) -> str | None:
    return dict(source.traits).get("product")
