"""What Snakemake was told of jobs when it was called, such as to run what need not run."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType

from snakemake.settings.enums import RerunTrigger
from snakemake.settings.types import DAGSettings


def is_forced() -> bool:
    """Whether jobs are forced, by ``--forcerun``, ``--force`` or ``--forceall``, however spelt."""
    settings = settings_of_the_call()
    return bool(settings and (settings.forceall or settings.forcetargets or settings.forcerun))


def is_blind() -> bool:
    """Whether other params make no job run again, as after ``--rerun-triggers mtime``."""
    settings = settings_of_the_call()
    return settings is not None and RerunTrigger.PARAMS not in settings.rerun_triggers


def settings_of_the_call() -> DAGSettings | None:
    """What this call was told of jobs: which are forced, where to stop.

    Snakemake reads the Snakefile first and hands on what it was told afterwards, so that
    ``workflow.dag_settings`` is still empty. But what calls for the Snakefile to be read holds
    these settings already, be they from the command line, a profile or a program.
    """
    found = (getattr(names.get("self"), "dag_settings", None) for names in _callers())
    return next((settings for settings in found if isinstance(settings, DAGSettings)), None)


def groups_of_the_call() -> dict[str, str]:
    """The groups that the command line or a profile puts rules into, by the names of the rules.

    Of a program that calls Snakemake otherwise nothing is known while the Snakefile is read.
    """
    found = (getattr(names.get("args"), "groups", None) for names in _callers())
    return next((dict(groups) for groups in found if isinstance(groups, Mapping)), {})


def report_of_the_call() -> Path | None:
    """Where the command line or a profile has the report written, None if it has not.

    From the folder of ``--directory``, which is the working one while the Snakefile is read.
    """
    found = (getattr(names.get("args"), "report", None) for names in _callers())
    return next((Path(path) for path in found if isinstance(path, str | Path)), None)


def _callers() -> Iterator[dict]:
    """The local names of all functions that are being called, the innermost first."""
    frame: FrameType | None = sys._getframe()
    while frame:
        yield frame.f_locals
        frame = frame.f_back
