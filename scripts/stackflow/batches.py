"""Which scenes, and which pairs, a job takes together.

A job costs a third to half a second before it does anything, more than the work on a small scene.
So several go into one job, whose files are those of as many jobs of one scene each.
"""

import hashlib
import itertools
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

# CPU seconds that a job should work about: ten times its start, and so little that many cores
# share a stack and a stack that grows has little to make again.
_WORK = 4.0
# CPU seconds a pixel and a tile take, of a scene in the slowest of the stages that read and write
# it, and of what is matched, in a job of several.
COPIED, MATCHED = (0.009e-6, 1e-3), (0.016e-6, 4e-3)
# With more, a stack would not keep the cores of a computer busy.
_MOST = 16
# A part of names starts of itself at one in so many times the most that it may have.
_SELDOM = 3

Product = tuple[str, str]
Pair = tuple[str, str]


@dataclass(frozen=True)
class Batch:
    """Scenes or pairs that a job takes together, oldest first, and whose they are.

    ``stacks`` and ``polarizations`` are patterns of all that have just these.
    """

    members: tuple[Mapping[str, str], ...]
    stacks: str
    polarizations: str

    @property
    def key(self) -> str:
        """What tells it from others, and stays as long as its members do."""
        content = repr([sorted(one.items()) for one in self.members])
        digest = hashlib.sha256((content + self.stacks + self.polarizations).encode()).hexdigest()
        first, *_ = self.members[0].values()
        return f"{first}_{digest[:8]}"

    @property
    def log(self) -> str:
        """The name of its log among those of single ones."""
        return f"{'__'.join(self.members[0].values())}_and_{len(self.members) - 1}_more"

    def column(self, name: str) -> list[str]:
        """What a wildcard of the rule of one member is for each."""
        return [one[name] for one in self.members]


def size_of(pixels: int, tiles: int, work: tuple[float, float], asked: int | None) -> int:
    """How many scenes, or pairs, a job may take.

    Parameters
    ----------
    pixels, tiles : of a scene.
    work : seconds a pixel and a tile: `COPIED` or `MATCHED`.
    asked : ``batches: scenes`` of the config; None for as many as make about 4 CPU seconds, and at
        most 16.
    """
    fit = round(_WORK / (pixels * work[0] + tiles * work[1]))
    return max(1, min(_MOST, fit)) if asked is None else asked


def chunks(names: Iterable[str], most: int) -> list[list]:
    """Names cut into parts of at most ``most``; one part if all fit.

    A part starts where the part before is full or, after the second has begun, where the digest of
    a name says so. So a name more, or one less, changes its own part and not all that follow: those
    only up to the next such name; a name at the end changes none but the last.

    Parameters
    ----------
    names : in their order.
    most : names a part; about 85 % of it are the mean.
    """
    parts: list[list] = []
    for name in names:
        digest = int(hashlib.sha256(name.encode()).hexdigest(), 16)
        says_so = len(parts) > 1 and digest % (_SELDOM * most) == 0
        if not parts or len(parts[-1]) == most or says_so:
            parts.append([])
        parts[-1].append(name)
    return parts


def of_scenes(
    scenes: Mapping[Product, Sequence[str]],
    members: Mapping[Product, Sequence[str]],
    sizes: Mapping[Product, int],
) -> list[Batch]:
    """The batches of scenes of all stacks and polarizations.

    Parameters
    ----------
    scenes : of each stack and polarization, in any order.
    members : those of its template, the oldest; a batch has none but them or none of them, so that
        the scenes of a stack that grows are made again without them.
    sizes : how many scenes a job may take; 1 for none but jobs of their own.
    """
    return _gathered(
        {
            product: [_alone(part) for part in parts]
            for product, parts in _parts(scenes, members, sizes).items()
        }
    )


def _alone(scenes: Iterable[str]) -> list[Mapping[str, str]]:
    return [{"scene": name} for name in scenes]


def of_pairs(
    scenes: Mapping[Product, Sequence[str]],
    members: Mapping[Product, Sequence[str]],
    sizes: Mapping[Product, int],
    pairs: Mapping[Product, Sequence[Pair]],
    needed: Mapping[Product, Collection[Pair]],
) -> list[Batch]:
    """The batches of pairs (reference, secondary): those of a batch's scenes with older ones.

    A batch has none but pairs that the template needs or none of them: a job writes all of its
    pairs anew, and more pairs to be measured would make the template, and all that is aligned with
    it, again.
    """
    found: dict[Product, list[list[Mapping[str, str]]]] = {}
    for product, parts in _parts(scenes, members, sizes).items():
        size = sizes[product]
        found[product] = []
        for part, of_template in itertools.product(map(set, parts), (True, False)):
            ours: list[Mapping[str, str]] = [
                {"reference": reference, "secondary": secondary}
                for reference, secondary in sorted(pairs[product])
                if reference in part and ((reference, secondary) in needed[product]) == of_template
            ]
            found[product] += [ours[i : i + size] for i in range(0, len(ours), size)]
    return _gathered(found)


def _parts(scenes, members, sizes) -> dict[Product, list[list]]:
    parts = {}
    for product, names in scenes.items():
        if sizes[product] > 1:
            old = set(members[product])
            parts[product] = [
                part
                for some in (old & set(names), set(names) - old)
                for part in chunks(sorted(some), sizes[product])
            ]
    return parts


def _gathered(found: Mapping[Product, list[list[Mapping[str, str]]]]) -> list[Batch]:
    """A batch for all stacks and polarizations that have the same one: fewer rules."""
    polarizations: dict = {}
    for (stack, polarization), parts in found.items():
        for part in parts:
            # One alone is a job of its own anyway.
            if len(part) > 1:
                key = tuple(tuple(one.items()) for one in part)
                polarizations.setdefault((stack, key), []).append(polarization)
    stacks: dict = {}
    for (stack, key), names in polarizations.items():
        stacks.setdefault((key, tuple(names)), []).append(stack)
    return list(_batches(stacks))


def _batches(stacks: Mapping) -> Iterator[Batch]:
    for (key, polarizations), names in stacks.items():
        yield Batch(
            members=tuple(dict(one) for one in key),
            stacks="|".join(map(re.escape, names)),
            polarizations="|".join(polarizations),
        )
