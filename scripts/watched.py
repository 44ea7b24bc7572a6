"""Alarm: end in one line, and not well, while something that began is not known yet."""

import logging

from stackio import files, job
from stackshift.errors import InputError


def main(alerts: list[str], names: list[tuple[str, str]]) -> None:
    """Raise what the charts tell.

    Parameters
    ----------
    alerts : JSON of the alerts of each product.
    names : stack and polarization of each.

    Raises
    ------
    InputError
        In one line, with all that is open, if anything is.
    """
    read = [files.read_json(path) for path in alerts]
    told = [
        f"{stack} {polarization}: {alert['text']}"
        for content, (stack, polarization) in zip(read, names, strict=True)
        for alert in content["open"]
    ]
    if told:
        # The last one that came, which may be an older acquisition.
        last = max(content["open"][-1]["scene"] for content in read if content["open"])
        known = f"(once it is known: watch: {{known: {last}}})"
        raise InputError(f"ALERT: {'; '.join(told)} {known}")
    for content, (stack, polarization) in zip(read, names, strict=True):
        what = "nothing began" if content["tested"] else "not tested yet, too few scenes"
        logging.info("%s %s: %s: %d tested", stack, polarization, what, content["tested"])


if __name__ == "__main__":
    with job.logged(snakemake):
        main(alerts=list(snakemake.input), names=[tuple(n) for n in snakemake.params.names])
