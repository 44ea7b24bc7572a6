"""Whether Snakemake knows how a file was made, by its records of earlier runs.

Only the standard library, since the Snakefile imports this each time it is parsed.
"""

from base64 import urlsafe_b64encode
from pathlib import Path

# Records of names that are longer lie in folders.
_LONGEST = 200


def is_recorded(path: str, folder: Path = Path(".snakemake")) -> bool:
    """Whether a file of results has a record.

    Snakemake is asked later only: it reads its records when the Snakefile has been read.

    Parameters
    ----------
    path : as the rule names it.
    folder : where Snakemake keeps what it knows.

    Returns
    -------
    Whether there is one; True also where that cannot be told, as in a data base.
    """
    name = urlsafe_b64encode(path.encode()).decode()
    if len(name) > _LONGEST or any(folder.glob("*.db*")):
        return True
    return (folder / "metadata" / name).is_file()
