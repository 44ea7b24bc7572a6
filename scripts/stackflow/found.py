"""What was found of a stack and polarization."""

from dataclasses import dataclass, field

from stackflow.sources import Source


@dataclass
class Found:
    """The sources of one stack and polarization.

    Attributes
    ----------
    sources : sorted by time and path.
    lines : what is worth a look and concerns no single source.
    bad : (path, line) of what is named but is not there or cannot be looked at.
    unused : files that by their names are of acquisitions of which no file is used, and why.
    """

    sources: list[Source] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    bad: list[tuple[str, str]] = field(default_factory=list)
    unused: dict[str, str] = field(default_factory=dict)
