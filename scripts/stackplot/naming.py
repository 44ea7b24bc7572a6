"""Names at marks, each where it covers no mark and no other name."""

from typing import Any

import numpy as np

from stackplot import drawing

# Between a mark and its name, in points. What is not beside its mark has a line to it.
_GAPS, _BESIDE = (9, 16, 26, 38, 52, 68, 86), 9
# On a circle or the grid, and below marks.
BOXED: dict[str, Any] = {
    "bbox": {"facecolor": "white", "alpha": 0.8, "linewidth": 0, "pad": 1},
    "zorder": drawing.BELOW,
}
_FINE = 3  # points that stay free around each name


class Names:
    """Room for names in axes that are laid out (`drawing.settle`) and hold all their marks."""

    def __init__(self, axes):
        axes.apply_aspect()
        self._axes = axes
        self._point = axes.figure.dpi / 72
        self._taken, self._lines = _drawn(axes, self._point), _lines(axes)

    def put(self, text: str, at: tuple, late: bool, **style) -> bool:
        """Write a name at a place of the axes; False, and nothing, where there is no room for it.

        Parameters
        ----------
        late : whether it stands rather to the left of its mark than to the right.
        style : of `Axes.annotate`.
        """
        said = self._write(text, at, (0, 0), style)
        # Rather on a line than nowhere.
        place = self._place(said, late, np.vstack([self._taken, self._lines]))
        place = place or self._place(said, late, self._taken)
        said.remove()
        if place is None:
            return False
        step, gap, box = place
        if gap > _BESIDE:
            line = {"arrowstyle": "-", "color": "#999999", "linewidth": 0.6, "shrinkA": 0,
                    "shrinkB": 3}  # fmt: skip
            style = {"arrowprops": line} | style
        self._write(text, at, step, style)
        self._taken = np.vstack([self._taken, box])
        return True

    def beyond(self, far: list[tuple[str, tuple[float, float]]]) -> None:
        """Names at the arrows of `drawing.beyond_both`, towards the middle if there is no room.

        There they are below the marks, which count for more.
        """
        for text, (x, y) in far:
            if not self.put(text, (x, y), x > 0, **BOXED):
                said = self._write(text, (x, y), (0, 0), BOXED)
                half = said.get_window_extent().width / 2 / self._point
                said.remove()
                said = self._write(text, (x, y), (-half if x > 0 else half, 0), BOXED)
                self._taken = np.vstack([self._taken, said.get_window_extent().extents])

    def _write(self, text: str, at: tuple, step: tuple[float, float], style: dict):
        return self._axes.annotate(
            text, at, step, textcoords="offset points", fontsize=8, ha="center", va="center",
            **style,
        )  # fmt: skip

    def _place(
        self, said, late: bool, taken
    ) -> tuple[tuple[float, float], float, np.ndarray] | None:
        """The nearest step in points from a mark to the middle of its name, the gap, the box."""
        left, low, right, high = said.get_window_extent().extents
        room = self._axes.bbox.extents + np.array([1, 1, -1, -1])
        wide, tall = (right - left) / 2 / self._point, (high - low) / 2 / self._point
        side = -1 if late else 1
        for gap in _GAPS:
            across, up = wide + gap, tall + gap
            near = wide + 0.7 * gap
            for step in (
                (side * across, 0), (-side * across, 0), (0, up), (0, -up),
                (side * near, up), (side * near, -up), (-side * near, up), (-side * near, -up),
                (side * across, up / 2), (side * across, -up / 2),
            ):  # fmt: skip
                box = np.array([left, low, right, high]) + self._point * np.tile(step, 2)
                if (box[:2] >= room[:2]).all() and (box[2:] <= room[2:]).all():
                    fine = _FINE * self._point
                    clear = (box[:2] > taken[:, 2:] + fine).any(axis=1) | (
                        box[2:] < taken[:, :2] - fine
                    ).any(axis=1)
                    if clear.all():
                        return step, gap, box
        return None


def _drawn(axes, point: float) -> np.ndarray:
    """Boxes (n, 4) of the marks, error bars and texts of axes, in dots."""
    boxes = [np.empty((0, 4))]
    for line in axes.lines:
        if line.get_marker() not in (None, "", " ", "None", "none"):
            # Dates are numbers here.
            at = line.get_transform().transform(np.asarray(line.get_xydata(), float))
            half = point * line.get_markersize() / 2
            boxes.append(np.hstack([at - half, at + half]))
    for bars in axes.collections:
        for path in bars.get_paths():
            ends = bars.get_transform().transform(path.vertices)
            boxes.append(np.hstack([ends.min(axis=0), ends.max(axis=0)])[None])
    boxes += [text.get_window_extent().extents[None] for text in axes.texts]
    found = np.vstack(boxes)
    return found[np.isfinite(found).all(axis=1)]


def _lines(axes) -> np.ndarray:
    """Boxes (n, 4) of the pieces of lines among the marks, as those of a requirement in time."""
    boxes = [np.empty((0, 4))]
    for line in axes.lines:
        if line.get_linestyle() != "None" and line.get_zorder() > drawing.BELOW:
            at = line.get_transform().transform(np.asarray(line.get_xydata(), float))
            boxes.append(np.hstack([np.minimum(at[1:], at[:-1]), np.maximum(at[1:], at[:-1])]))
    found = np.vstack(boxes)
    return found[np.isfinite(found).all(axis=1)]
