"""Alarm: end in one line, and not well, while something that began is not known yet."""

import stackio.job as job

import logging

from stackio import files
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
        known: dict[str, dict[str, str]] = {}
        for content, (stack, polarization) in zip(read, names, strict=True):
            if content["open"]:
                # The last one that came, which may be an older acquisition.
                known.setdefault(stack, {})[polarization] = content["open"][-1]["scene"]
        raise InputError(f"ALERT: {'; '.join(told)} (once it is known: {_setting(known, names)})")
    for content, (stack, polarization) in zip(read, names, strict=True):
        what = "nothing began" if content["tested"] else "not tested yet, too few scenes"
        more = "".join(f", {text}" for text in content.get("besides", []))
        logging.info("%s %s: %s: %d tested%s", stack, polarization, what, content["tested"], more)


def _setting(known: dict[str, dict[str, str]], names: list[tuple[str, str]]) -> str:
    """The line of the config by which all that is open is known: as short as it can be."""
    if len(names) == 1:
        ((own,),) = (each.values() for each in known.values())
        return f"watch: {{known: {own}}}"
    by_stack = ", ".join(
        f"{stack}: {{{', '.join(f'{p}: {scene}' for p, scene in each.items())}}}"
        for stack, each in known.items()
    )
    return f"watch: {{known: {{{by_stack}}}}}"


if __name__ == "__main__":
    with job.logged(snakemake):
        main(alerts=list(snakemake.input.alerts), names=[tuple(n) for n in snakemake.params.names])
