"""The Slurm profile on a real Slurm of two nodes, which the test starts and stops itself."""

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest
import yaml
from conftest import ALONE, ROOT, Workspace

HERE = Path(__file__).parent / "slurm"
PROGRAMS = ("munged", "slurmctld", "slurmd", "squeue", "scancel")
PATH = f"{os.environ['PATH']}:/usr/sbin"
MISSING = [name for name in PROGRAMS if shutil.which(name, path=PATH) is None]
REASON = f"not installed: {', '.join(MISSING)}" if MISSING else "Slurm has to be started by root"
# Ends what hangs, and nothing that is slow.
LIMIT = 3600
# As the site without an accounting database that docs/cluster.md describes, in a hurry, whose nodes
# have fewer CPUs than a template asks for.
SITE = (
    "--set-threads", "template=2",
    "--slurm-no-account", "--slurm-status-command", "squeue",
    "--slurm-init-seconds-before-status-checks", "2", "--seconds-between-status-checks", "2",
)  # fmt: skip

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        (bool(MISSING) or os.geteuid() != 0) and "STACKSHIFT_REQUIRE_SLURM" not in os.environ,
        reason=REASON,
    ),
]


def free_ports(count: int) -> int:
    """The first of so many neighbouring ports that nobody listens on."""
    for first in range(20_000 + os.getpid() % 5000, 60_000, 10):
        try:
            for port in range(first, first + count):
                with socket.socket() as trial:
                    trial.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first
    raise RuntimeError("no free port")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A Slurm of two nodes on this machine; gives its environment."""
    folder = tmp_path_factory.mktemp("slurm")
    environment = os.environ | {"PORT": str(free_ports(3)), "NODES": "2"}
    # One scene a node, so that both are used.
    environment |= {"CPUS": "2", "MEM": "1800"}
    environment["PATH"] += ":/usr/sbin"
    try:
        subprocess.run(["bash", HERE / "up.sh", folder], env=environment, check=True, timeout=LIMIT)
        yield environment | {
            "SLURM_CONF": str(folder / "slurm.conf"),
            "PATH": f"{folder / 'bin'}:{environment['PATH']}",
        }
    finally:
        pids = (folder / "pids").read_text().split() if (folder / "pids").exists() else []
        subprocess.run(["bash", HERE / "down.sh", folder], env=environment, check=True)
        assert not [pid for pid in pids if Path("/proc", pid).exists()]


@pytest.fixture
def stack(finished, tmp_path) -> Workspace:
    """The scenes of the finished run, to be run again."""
    shutil.copytree(finished.folder / "scenes", tmp_path / "scenes")
    return Workspace(tmp_path, finished.config)


def call(workspace, *arguments) -> list[str]:
    """The command of a run through the profile."""
    (workspace.folder / "my.yaml").write_text(yaml.safe_dump(ALONE | workspace.config))
    parts = [
        shutil.which("snakemake"), "analysed", "--workflow-profile", ROOT / "profiles" / "slurm",
        "--snakefile", ROOT / "Snakefile", "--directory", workspace.folder, *SITE, *arguments,
        "--latency-wait", "5", "--configfile", workspace.folder / "my.yaml",
    ]  # fmt: skip
    return [str(part) for part in parts]


def queue(cluster, *options) -> list[str]:
    """What squeue says, line by line."""
    done = subprocess.run(
        ["squeue", "--noheader", *options], env=cluster, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_a_cluster_gives_the_bytes_of_a_workstation_though_a_job_is_cancelled(
    cluster, stack, finished
):
    process = subprocess.Popen(
        call(stack), env=cluster, cwd=stack.folder, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        victim = None
        while process.poll() is None:
            # The second job, which is a scene's.
            seen = set(queue(cluster, "--states=all", "--format=%A"))
            running = queue(cluster, "--states=running", "--format=%A")
            if len(seen) >= 2 and running:
                victim = min(running, key=int)
                subprocess.run(["scancel", victim], env=cluster, check=True)
                break
            time.sleep(0.1)
        text, _ = process.communicate(timeout=LIMIT)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 0, text
    assert victim, "no job was seen running"
    states = queue(cluster, "--states=all", "--format=%T")
    # Three scenes in a job each, not twelve; pairs, template, offsets, and the tables in one.
    assert sorted(set(states)) == ["CANCELLED", "COMPLETED"]
    assert states.count("CANCELLED") == 1
    assert states.count("COMPLETED") == 3 + 2 + 1 + 3 + 1
    assert set(queue(cluster, "--states=all", "--format=%N")) == {"node1", "node2"}
    found = stack.results()
    assert found == {k: v for k, v in finished.results().items() if k in found}
    assert len(found) >= 12
