"""What Snakemake was told of jobs when it was called, such as to run what need not run."""

import sys
from types import FrameType

from snakemake.settings.types import DAGSettings


def is_forced() -> bool:
    """Whether jobs are forced, by ``--forcerun``, ``--force`` or ``--forceall``, however spelt."""
    settings = settings_of_the_call()
    return bool(settings and (settings.forceall or settings.forcetargets or settings.forcerun))


def settings_of_the_call() -> DAGSettings | None:
    """What this call was told of jobs: which are forced, where to stop.

    Snakemake reads the Snakefile first and hands on what it was told afterwards, so that
    ``workflow.dag_settings`` is still empty. But what calls for the Snakefile to be read holds
    these settings already, be they from the command line, a profile or a program.
    """
    frame: FrameType | None = sys._getframe()
    while frame:
        settings = getattr(frame.f_locals.get("self"), "dag_settings", None)
        if isinstance(settings, DAGSettings):
            return settings
        frame = frame.f_back
    return None
