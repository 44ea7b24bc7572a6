# Memory and time of a job by the size of its input, more at each attempt.


def megabytes_of(paths) -> float:
    """What is there of a job's input; it may still have to be made, as within a group."""
    return (
        sum(Path(path).stat().st_size for path in paths if Path(path).is_file()) / 1e6
    )


def memory(least: int, factor: float):
    """Megabytes for a job: so many times its input, not below ``least``, more at each attempt."""

    def megabytes(wildcards, input, attempt):
        return attempt * max(least, round(300 + factor * megabytes_of(input)))

    return megabytes


def minutes(least: int, megabytes_a_minute: float):
    """Minutes for a job by the size of its input, more at each attempt."""

    def runtime(wildcards, input, attempt):
        return attempt * max(least, round(megabytes_of(input) / megabytes_a_minute))

    return runtime


def simulated_mb(stack: str) -> float:
    """Megabytes of a scene of a simulated stack."""
    settings = config["stacks"][stack]["simulate"]
    return settings["rows"] * settings["columns"] * 4 / 1e6
