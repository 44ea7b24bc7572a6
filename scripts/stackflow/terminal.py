"""What a run says: how far it is where no bars are drawn, and at its very end what matters."""

import logging
import re
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path

# Without bars there is a line at each tenth of the jobs, and after so many seconds at the latest.
_PARTS, _SECONDS = 10, 60
# A disk with fewer bytes left may not have taken what a log had to say.
_FULL = 100_000
_NO_RULE = re.compile(r"^No rule to produce (\S+)", re.M)
_NOT_MADE = re.compile(r"^File (.+) marked for report but does not exist", re.M)
# What a function of a rule refuses, which Snakemake tells with wildcards and lines of the rules.
_REFUSED = re.compile(
    r"^InputFunctionException.*?^Error:\n *(?:WorkflowError|InputError):\s+(.+?)\nWildcards:",
    re.M | re.S,
)


class Teller(logging.Handler):
    """Listens to Snakemake, whose own handlers say little to a file, and has the last word.

    Snakemake closes its loggers after everything else, also after a report and an error; what is
    said then stands last. Its hooks come before that, and not at all with nothing to be done.

    Parameters
    ----------
    closing : gives the lines to end with, if the run has come to what they are about; its argument
        is whether a report was written.
    targets : gives the names that can be asked for.
    bars : whether progress is drawn, so that no lines are needed.
    clock : seconds.
    stages : the stage of each rule that is one of several of a stage, for which it is said.
    reporting : called once before a report is written.
    """

    def __init__(
        self,
        closing: Callable[[bool], list[str]],
        targets: Callable[[], list[str]],
        bars: bool | None = None,
        clock: Callable[[], float] = time.monotonic,
        stages: Mapping[str, str] | None = None,
        reporting: Callable[[], None] = lambda: None,
    ):
        super().__init__()
        self.reporting = reporting
        self.names = StageNames(stages or {})
        self.logger: logging.Logger | None = None
        self.closing, self.targets, self.clock = closing, targets, clock
        self.bars = sys.stderr.isatty() if bars is None else bars
        self.started = self.said_at = clock()
        self.parts = 0
        self.ended = self.report = self.closed = self.listens = False
        self.failures: list[str] = []
        self.hint = ""

    def listen(self, logger: logging.Logger) -> None:
        """Hear what Snakemake says, until it closes its loggers."""
        logger.addHandler(self)
        logger.addFilter(self.names)
        self.logger = logger
        self.listens = True

    def emit(self, record: logging.LogRecord) -> None:
        """Take note of an event, and say how far the run is from time to time."""
        event = str(getattr(getattr(record, "event", None), "value", ""))
        message = str(record.msg)
        if event == "progress":
            self._progress(record.__dict__["done"], record.__dict__["total"])
        elif event == "job_error":
            self.failures.append(failure(record.__dict__))
        elif message.startswith("Nothing to be done"):
            self.ended = True
        elif message.startswith("Creating report"):
            self.reporting()
        elif message.startswith("Report created"):
            self.ended = self.report = True
        elif found := _NO_RULE.search(message):
            self.hint = missing(found[1], self.targets())
        elif found := _NOT_MADE.search(message):
            self.hint = (
                f"{found[1]} is not made yet: make the same call without --report first, or name "
                "what was made, as in 'snakemake analysed --report report.html'"
            )

    def succeed(self) -> None:
        """The run has ended well: Snakemake's onsuccess. Says so at once if nothing is heard."""
        self.ended = True
        if not self.listens:
            self.close()

    def close(self) -> None:
        """Say what matters, once."""
        if not self.closed:
            self.closed = True
            if wrong := self.wrong():
                print(*wrong, sep="\n", file=sys.stderr, flush=True)
            elif self.ended and (lines := self.closing(self.report)):
                print(*lines, sep="\n", flush=True)
        if self.logger:
            self.logger.removeFilter(self.names)
        super().close()

    def wrong(self) -> list[str]:
        """What went wrong, in a line or two; nothing of a run that is well."""
        # A job that is tried again fails again.
        lines = list(dict.fromkeys(self.failures))
        if len(lines) > 1:
            lines = [lines[0], f"and {len(lines) - 1} more failed: logs/ say why"]
        return [self.hint] if self.hint else lines

    def _progress(self, done: int, total: int) -> None:
        now, parts = self.clock(), _PARTS * done // max(total, 1)
        if self.bars or (parts == self.parts and now - self.said_at < _SECONDS):
            return
        self.parts, self.said_at = parts, now
        minutes, seconds = divmod(round(now - self.started), 60)
        percent = 100 * done // max(total, 1)
        print(
            f"{done} of {total} jobs ({percent} %) after {minutes}:{seconds:02} min",
            file=sys.stderr,
            flush=True,
        )


class StageNames(logging.Filter):
    """Says a stage for each of its rules: a bar a stage, and a line in the table of jobs.

    And what a function of a rule refuses in one line.

    Parameters
    ----------
    stages : the stage by the name of a rule.
    """

    def __init__(self, stages: Mapping[str, str]):
        super().__init__()
        self.stages = stages

    def filter(self, record: logging.LogRecord) -> bool:
        """Change what is said, and let it pass."""
        said = record.__dict__
        if said.get("rule_name") in self.stages:
            said["rule_name"] = self.stages[said["rule_name"]]
        if isinstance(stats := said.get("stats"), dict):
            counts: dict[str, int] = {}
            for rule, count in stats.items():
                stage = self.stages.get(rule, rule)
                counts[stage] = counts.get(stage, 0) + count
            said["stats"] = counts
            if str(record.msg).startswith("Job stats:"):
                width = max(map(len, counts), default=0)
                lines = (f"{stage:{width}}  {count:6}" for stage, count in counts.items())
                record.msg = "\n".join(["Job stats:", *lines, ""])
        if isinstance(record.msg, str) and (refused := _REFUSED.search(record.msg)):
            record.msg = f"Error: {' '.join(refused[1].split())}"
        if isinstance(record.msg, str) and record.msg.startswith("Reasons:"):
            record.msg = "\n".join(map(self._line, record.msg.split("\n")))
        return True

    def _line(self, line: str) -> str:
        names = line.strip().split(", ")
        stages = dict.fromkeys(self.stages.get(name, name) for name in names)
        return line[: len(line) - len(line.lstrip())] + ", ".join(stages)


def failure(job: dict) -> str:
    """Why a job failed, in a line: the last error in its log, or where to look.

    Parameters
    ----------
    job : what Snakemake says of it: ``rule_name`` and ``log``, paths.
    """
    rule = job.get("rule_name", "a job")
    logs = [Path(path) for path in job.get("log") or [] if Path(path).is_file()]
    for path in logs:
        text = path.read_text(encoding="utf-8", errors="replace")
        errors = re.findall(r"^\S+ \S+ ERROR (.+)$", text, re.M)
        last = (text.strip().splitlines() or [""])[-1]
        if "Traceback (most recent call last)" in text:
            return f"{rule} failed: {last} (a defect: {path} has all of it)"
        if errors:
            return f"{rule} failed: {errors[-1]} ({path})"
        if last:
            return f"{rule} failed: {last} ({path})"
    folder = logs[0].parent if logs else Path()
    if shutil.disk_usage(folder).free < _FULL:
        return f"{rule} failed and could not say why: the disk of {folder} is full"
    return f"{rule} failed and has said nothing: was it killed, out of memory?"


def missing(target: str, known: list[str]) -> str:
    """What can be asked for instead of a target that nothing makes."""
    near = get_close_matches(target, known, n=1)
    hint = f"did you mean '{near[0]}'? " if near else ""
    return (
        f"there is no target '{target}': {hint}There are {', '.join(known)}, and the files of the "
        "stacks in the config (README, What you get)"
    )


def report_path(arguments: list[str]) -> str:
    """Where ``--report`` of a command line writes to."""
    for at, argument in enumerate(arguments):
        name, given, value = argument.partition("=")
        if name == "--report":
            following = arguments[at + 1] if at + 1 < len(arguments) else "-"
            return value if given else "report.html" if following.startswith("-") else following
    return "report.html"
