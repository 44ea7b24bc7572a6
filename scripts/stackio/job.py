"""What every script does around its work: log into the job's file, and fail in one line."""

import errno
import logging
import resource
import sys
from contextlib import contextmanager
from pathlib import Path

from stackshift.errors import InputError


@contextmanager
def logged(snakemake):
    """Send logging and warnings to the job's log file; an InputError ends the job in one line.

    Any other exception is a defect: it is logged with its traceback and passed on.
    """
    logging.basicConfig(
        filename=snakemake.log[0],
        filemode="w",
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(message)s",
        force=True,
    )
    logging.captureWarnings(True)
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
        sys.exit(f"{snakemake.rule}: {error}")
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EFBIG):
            logging.exception("%s failed", snakemake.rule)
            raise
        logging.error(error)
        sys.exit(
            f"{snakemake.rule}: {error.filename or 'a result'}: {error.strerror}; make room or "
            "give the right to write, and call again"
        )
    except Exception:
        logging.exception("%s failed", snakemake.rule)
        raise


def template(snakemake, name: str) -> str:
    """The text of a template in the folder ``report``."""
    return (Path(snakemake.scriptdir).parent / "report" / name).read_text(encoding="utf-8")
