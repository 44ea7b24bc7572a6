"""What SciPy imports without need waits until it is asked for, and then is there."""

import subprocess
import sys
from pathlib import Path

SCRIPTS = Path(__file__).parents[1] / "scripts"
IN_A_JOB = """
import sys
sys.path.insert(0, {scripts!r})
snakemake = None
import stackio.job
import scipy.fft, scipy.special, numpy
assert "numpy.testing._private" not in sys.modules, "loaded though nobody asked"
assert "numpy.f2py.crackfortran" not in sys.modules, "loaded though nobody asked"
numpy.testing.assert_allclose(scipy.fft.fft([1.0, 1.0]), [2.0, 0.0])
assert "numpy.testing._private" in sys.modules
assert numpy.f2py.get_include().endswith("src")
"""


def test_a_job_loads_what_hardly_anybody_needs_when_it_is_asked_for():
    code = IN_A_JOB.format(scripts=str(SCRIPTS))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_cycles_are_looked_for_again_when_the_work_of_a_job_begins(tmp_path):
    code = (
        f"import sys, gc, types; sys.path.insert(0, {str(SCRIPTS)!r});"
        f"snakemake = types.SimpleNamespace(log=[{str(tmp_path / 'log')!r}]);"
        "import stackio.job; assert not gc.isenabled()\n"
        "with stackio.job.logged(snakemake): assert gc.isenabled()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_whoever_imports_the_numbers_alone_has_nothing_changed():
    code = (
        f"import sys; sys.path.insert(0, {str(SCRIPTS)!r}); before = list(sys.meta_path);"
        "import stackshift.tile.coherence, stackio.job; assert sys.meta_path == before"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
