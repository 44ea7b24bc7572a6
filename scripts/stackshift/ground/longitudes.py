"""Boxes on a map that comes around: the same meridian has many names, a whole turn apart.

A turn is 360 in degrees, and the length of the equator on a cylindrical map. Boxes are (left,
bottom, right, top), with right beyond the turn's end where a box runs across it.
"""

Bounds = tuple[float, float, float, float]


def turned(box: Bounds, amount: float) -> Bounds:
    """A box that is moved to the right."""
    return box[0] + amount, box[1], box[2] + amount, box[3]


def amount_beside(box: Bounds, other: Bounds, turn: float) -> float:
    """By how much, in whole turns, a box has to be moved to lie nearest to another."""
    middle, there = (box[0] + box[2]) / 2, (other[0] + other[2]) / 2
    return turn * round((there - middle) / turn)


def side_by_side(boxes: list[Bounds], turn: float = 360.0) -> list[Bounds]:
    """The same boxes, each moved by whole turns so that the one around all is the narrowest.

    The map is cut where the largest gap between boxes is. The first box stays where it is, so that
    a stack that grows by newer scenes does too.

    Parameters
    ----------
    boxes : in any turn, in one CRS.
    turn : what leads around the Earth, in units of the boxes.

    Returns
    -------
    Boxes in the order that they were given in.
    """
    ends = sorted((box[0] % turn, box[0] % turn + box[2] - box[0]) for box in boxes)
    if not ends:
        return []
    # How far to the right what begins before reaches, at first around the Earth.
    reach = max(right for _, right in ends) - turn
    cut, widest = ends[0][0], ends[0][0] - reach
    for left, right in ends:
        if left - reach > widest:
            cut, widest = left, left - reach
        reach = max(reach, right)
    turns = [round((cut + _from(box, cut, turn) - box[0]) / turn) for box in boxes]
    return [turned(box, turn * (n - turns[0])) for n, box in zip(turns, boxes, strict=True)]


def _from(box: Bounds, start: float, turn: float) -> float:
    """Where a box begins, counted to the right from a start."""
    left = (box[0] - start) % turn
    # The start is a box's own, which rounding must not put a whole turn away.
    return 0.0 if turn - left < 1e-9 * turn else left
