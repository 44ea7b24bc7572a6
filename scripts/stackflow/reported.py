"""What is shown of jobs: a stage by one name, whether its jobs take one scene or several."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def show_stages(workflow: Any, stages: Mapping[str, str]) -> None:
    """Call each rule of a batch by its stage: in a report's graph, its statistics and its rules.

    A batch is a rule of its own (rules/batches.smk), dozens of them in a long stack. To be called
    when nothing is to run any more, as rules are known by their names while jobs run.

    Parameters
    ----------
    workflow : Snakemake's, its graph of jobs at hand.
    stages : the stage by the name of each rule of a batch.
    """
    for rule in workflow.rules:
        rule.name = stages.get(rule.name, rule.name)
    # What was noted of a file names the batch that made it, which may be none of today's.
    makers = {str(path): job.rule.name for job in workflow.dag.jobs for path in job.output}
    noted = workflow.persistence.metadata

    def metadata(path: Any) -> Any:
        record = noted(path)
        if record is None:
            return None
        return record.model_copy(update={"rule": makers.get(str(path), record.rule)})

    workflow.persistence.metadata = metadata


def graph_is_asked_for() -> bool:
    """Whether this call prints the graph of rules or of their files, and runs nothing."""
    return any(word.startswith(("--rulegraph", "--filegraph")) for word in sys.argv)


def why_no_report(path: Path, made: Path) -> str | None:
    """Why Snakemake could not write a report there, which it says after all work and in its way.

    Parameters
    ----------
    path : as given, from the working folder.
    made : folder that the run makes if it is not there.
    """
    folder = path.parent
    if path.suffix not in (".html", ".zip"):
        return f"--report: '{path}' is to end with .html or .zip"
    if path.is_dir():
        return f"--report: '{path}' is a folder: name a file in it"
    if not folder.is_dir() and folder.resolve() != made.resolve():
        below = "" if folder.is_absolute() else f" below {Path.cwd()}"
        return f"--report: there is no folder '{folder}'{below}: make it, or name another"
    return None
