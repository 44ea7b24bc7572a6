"""What every script does around its work: log into the job's file, and fail in one line."""

import atexit
import ctypes
import errno
import gc
import logging
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

from stackio import seldom
from stackshift.errors import InputError

# glibc's M_MMAP_THRESHOLD, from which arrays come from the kernel (at most 32 MB), and
# M_TRIM_THRESHOLD, how much is kept (bytes).
_KEEP = {-3: 32 << 20, -1: 256 << 20}

# Scripts import this first, so that what they import costs less. What packages make when they are
# imported stays: to look for cycles in it takes a tenth of their time. `logged` has cycles looked
# for again, in what comes then.
if hasattr(sys.modules["__main__"], "snakemake"):
    gc.disable()
    seldom.loaded_later()


@contextmanager
def logged(snakemake):
    """Send logging and warnings to the job's log file; an InputError ends the job in one line.

    Any other exception is a defect: it is logged with its traceback and passed on.
    """
    keep_memory()
    gc.freeze()
    gc.enable()
    # The interpreter's last look for cycles takes as long as the start of NumPy, to free what the
    # system takes back anyway: all files are closed by then.
    atexit.register(gc.freeze)
    logging.basicConfig(
        filename=snakemake.log[0],
        filemode="w",
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(message)s",
        force=True,
    )
    logging.captureWarnings(True)
    # A log that cannot be written, as on a full disk, is no traceback: the error itself is told.
    logging.raiseExceptions = False
    # It tells every hiccup of GDAL that an error then sums up.
    logging.getLogger("rasterio").setLevel(logging.WARNING)
    try:
        yield
        usage = resource.getrusage(resource.RUSAGE_SELF)
        logging.info(
            "used %.2f CPU seconds and at most %.0f MB",
            usage.ru_utime + usage.ru_stime,
            usage.ru_maxrss / 1024,
        )
    except InputError as error:
        logging.error(error)
        sys.exit(f"{stage_of(snakemake)}: {error}")
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EFBIG):
            logging.exception("%s failed", stage_of(snakemake))
            raise
        logging.error(error)
        sys.exit(
            f"{stage_of(snakemake)}: {error.filename or 'a result'}: {error.strerror}; make room "
            "or give the right to write, and call again"
        )
    except Exception:
        logging.exception("%s failed", stage_of(snakemake))
        raise


def stage_of(snakemake) -> str:
    """What a job is called: its rule, or, as that of a batch is named by scenes, the stage."""
    if snakemake.params.get("members") is None:
        return snakemake.rule
    return Path(snakemake.log[0]).parent.name


def members(snakemake, in_turn: bool = True) -> Iterator:
    """What a job is to do: itself, or each scene or pair of its batch, in the shape of a job.

    In a batch an input, an output that is a list has one for each, and ``params.members`` says
    for each what its wildcards are, and its parameters. The log tells which one it is at if they
    are done in turn.
    """
    each = snakemake.params.get("members")
    if each is None:
        yield snakemake
        return
    for number, own in enumerate(each):
        if in_turn:
            logging.info("%d of %d: %s", number + 1, len(each), _files(snakemake.output, number))
        yield SimpleNamespace(
            input=SimpleNamespace(**_files(snakemake.input, number)),
            output=SimpleNamespace(**_files(snakemake.output, number)),
            params=SimpleNamespace(**{**dict(snakemake.params.items()), **own}),
            wildcards=SimpleNamespace(**{**dict(snakemake.wildcards.items()), **own}),
        )


def _files(named, number: int) -> dict[str, str]:
    """The files of a member: its own of each list, and what all share."""
    return {
        name: files if isinstance(files, str) else files[number] for name, files in named.items()
    }


def paths(one_or_several) -> list[str]:
    """Files of an input, of which Snakemake gives a single one as a name."""
    return [one_or_several] if isinstance(one_or_several, str) else list(one_or_several)


def keep_memory() -> None:
    """Let the C library keep what arrays leave instead of giving it back page by page.

    The kernel would zero each page of the next tile's arrays again, a quarter of a job's time.
    """
    try:
        tuned = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return
    for option, size in _KEEP.items():
        tuned(option, size)


def template(snakemake, name: str) -> str:
    """The text of a template in the folder ``report``."""
    return (Path(snakemake.scriptdir).parent / "report" / name).read_text(encoding="utf-8")
