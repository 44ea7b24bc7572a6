"""Calls of snakemake without its start: a process that has imported it forks for each call.

Most of what a dry run takes is imports. A call gets arguments, folder and environment of its own,
and everything else that `python -m snakemake` has; the jobs are processes as ever.
"""

import atexit
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

# What a call imports whatever it is asked for; nothing of ours, which a test may change.
AHEAD = (
    "snakemake.cli",
    "snakemake_executor_plugin_slurm",
    "snakemake_executor_plugin_slurm_jobstep",
    "snakemake_logger_plugin_rich",
    "jsonschema",
    "pandas",
    # Of Snakemake's own, which it imports late: sources, scripts, reports, the config.
    "smart_open",
    "nbformat",
    "snakemake.report.html_reporter",
    "snakemake.script",
    "yte",
)
# Ends what hangs, and nothing that is slow.
LIMIT = 3600

_server: list[subprocess.Popen] = []


def call(arguments: list[str], folder: Path) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of a call in a folder."""
    if not _server:
        command = [sys.executable, __file__]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        _server.append(subprocess.Popen(command, text=True, **pipes))
        atexit.register(stop)
    with tempfile.TemporaryDirectory() as printed:
        out, err = Path(printed, "out"), Path(printed, "err")
        order = {"arguments": arguments, "folder": str(folder), "environment": dict(os.environ)}
        order |= {"out": str(out), "err": str(err)}
        _server[0].stdin.write(json.dumps(order) + "\n")
        _server[0].stdin.flush()
        status = int(_server[0].stdout.readline())
        return status, out.read_text(errors="replace"), err.read_text(errors="replace")


def stop() -> None:
    """End the process that forks."""
    (server,) = _server
    server.communicate()


def obey(order: dict) -> None:
    """Be the call, as if started from a shell."""
    import snakemake.cli

    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    for number, path, mode in (
        (0, os.devnull, "r"),
        (1, order["out"], "w"),
        (2, order["err"], "w"),
    ):
        with open(path, mode) as file:
            os.dup2(file.fileno(), number)
    sys.argv = [str(Path(snakemake.cli.__file__).with_name("__main__.py")), *order["arguments"]]
    sys.path[0] = order["folder"]
    signal.alarm(LIMIT)
    snakemake.cli.main(order["arguments"])


def serve() -> None:
    """A fork for each line of standard input; its exit status on standard output."""
    for name in AHEAD:
        importlib.import_module(name)
    while line := sys.stdin.readline():
        child = os.fork()
        if child == 0:
            status = 1
            try:
                obey(json.loads(line))
                status = 0
            except SystemExit as end:
                status = end.code if isinstance(end.code, int) else int(end.code is not None)
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(status)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    serve()
