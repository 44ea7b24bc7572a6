# What a run says at its end.
import sys
from pathlib import Path

from stackflow.forced import report_of_the_call
from stackflow.reported import show_stages, why_no_report
from stackflow.terminal import Teller, report_path

# Before any job, as the report comes after all of them.
if (asked := report_of_the_call()) and (
    wrong := why_no_report(asked, Path(placed("results")))
):
    raise WorkflowError(wrong)


def judged() -> bool:
    """Whether the run comes to the verdicts: their lines are among what its targets need."""
    return any(rules.overview.output.lines in job.output for job in workflow.dag.jobs)


def proofs() -> list[str]:
    """What a run that corrects stacks says at its end of each: what that has done."""
    jobs = [] if workflow.dryrun else workflow.dag.jobs
    needed = {path for job in jobs for path in job.output}
    return [
        f"{stack}: {read_json(path)['line']} ({Path(path).with_suffix('.png').resolve()})"
        for stack, path in zip(
            STACKS, for_stacks(rules.prove.output.report), strict=True
        )
        if path in needed and Path(path).is_file()
    ]


def closing(with_report: bool = False) -> list[str]:
    """What a run says at its end: the verdicts and corrections that it comes to, and what lags behind."""
    return [*verdicts(with_report), *proofs(), *lagging()]


def verdicts(with_report: bool) -> list[str]:
    """What a run that comes to the verdicts says at its end: them, and where they are explained."""
    lines, page = map(Path, (rules.overview.output.lines, rules.overview.output.page))
    if workflow.dryrun or not judged() or not lines.is_file():
        return []
    return [
        *lines.read_text(encoding="utf-8").splitlines(),
        f"Overview: {page.resolve()}",
        (
            f"All in one file to send around: {Path(report_path(sys.argv)).resolve()}"
            if with_report
            else "For all in one file to send around, call again with --report report.html added"
        ),
    ]


def named_targets() -> list[str]:
    """The targets that have a name: rules without outputs."""
    return [each.name for each in workflow.rules if not each.output]


TELLER = Teller(
    closing,
    named_targets,
    stages=BATCH_RULES,
    reporting=lambda: show_stages(workflow, BATCH_RULES),
)
# Another workflow that uses this one as a module has its own last words, and jobs have none.
if (
    workflow.is_main_process
    and Path(workflow.main_snakefile).resolve() == HERE.parent / "Snakefile"
):
    TELLER.listen(workflow.logger_manager.logger)
