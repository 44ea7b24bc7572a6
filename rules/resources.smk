# Memory and time of a job by the size of its input, more at each attempt.
import math


def megabytes_of(paths) -> float:
    """What is there of a job's input; it may still have to be made, as within a group."""
    return (
        sum(Path(path).stat().st_size for path in paths if Path(path).is_file()) / 1e6
    )


def read_in_place(wildcards, input) -> list[str]:
    """What a job reads of the user's, which is no input."""
    return [
        file["path"] for file in sources(real(wildcards.stack), scene_of(wildcards))
    ]


def inputs(wildcards, input):
    """What a job reads, for most."""
    return input


def memory(least: int, factor: float, read=inputs):
    """Megabytes for a job: so many times what it reads, not below ``least``, more at each attempt."""

    def megabytes(wildcards, input, attempt):
        return attempt * max(
            least, round(300 + factor * megabytes_of(read(wildcards, input)))
        )

    return megabytes


def minutes(least: int, megabytes_a_minute: float, read=inputs):
    """Minutes for a job by the size of what it reads, more at each attempt."""

    def runtime(wildcards, input, attempt):
        return attempt * max(
            least, round(megabytes_of(read(wildcards, input)) / megabytes_a_minute)
        )

    return runtime


def simulated_mb(stack: str) -> float:
    """Megabytes of a scene of a simulated stack."""
    settings = STACKS[stack]["simulate"]
    return settings["rows"] * settings["columns"] * 4 / 1e6


def by_tile(least: int, factor: float):
    """Megabytes for a job that works on a tile at a time: so many times a tile, more by attempt."""

    def megabytes(wildcards, input, attempt):
        folders = [Path(path) for path in input if Path(path).is_dir()]
        scene = max(
            (megabytes_of(folder.glob("*.tif")) for folder in folders), default=0
        )
        tiles = math.prod(tiles_of(wildcards))
        return attempt * max(least, round(300 + factor * scene / tiles))

    return megabytes


def template_mb(wildcards, input, threads) -> int:
    """Megabytes of a template: a tile of each of its scenes, four times, for each thread."""
    count = len(members_of(wildcards))
    tiles = math.prod(tiles_of(wildcards))
    folders = [Path(folder) for folder in input.tiles if Path(folder).is_dir()]
    scene = max(
        (megabytes_of(folder.glob("*.tif")) for folder in folders[:1]), default=0
    )
    return max(1000, round(400 + 4 * count * scene / tiles * threads))


def by_scenes(least: int, each: float):
    """Megabytes for a job behind the pairs: so many a thousand measurements of pairs and scenes."""

    def megabytes(wildcards, attempt):
        tiles = math.prod(tiles_of(wildcards))
        count = len(pairs_of(wildcards.stack, wildcards.polarization))
        count += len(scenes_of(wildcards))
        return attempt * max(least, round(300 + each * count * tiles / 1000))

    return megabytes


def where_mb(wildcards, input, attempt) -> int:
    """Megabytes to see where the error is: by the scenes, and nine layers of a tile."""
    tiles = math.prod(tiles_of(wildcards))
    # The template has three bands of the grid.
    layers = 9 * megabytes_of([input.template]) / 3 / tiles
    return round(by_scenes(700, 1)(wildcards, attempt) + attempt * layers)


def minutes_by_scenes(least: int, scenes_a_minute: float):
    """Minutes for a job behind the pairs by the number of scenes, more at each attempt."""

    def runtime(wildcards, attempt):
        return attempt * max(least, round(len(scenes_of(wildcards)) / scenes_a_minute))

    return runtime
