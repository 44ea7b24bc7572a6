# The config: laid over the defaults, completed and checked.
import sys
from copy import deepcopy
from functools import cache
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.utils import validate

# The folder of this file, also where another Snakefile uses the workflow as a module.
HERE = Path(workflow.current_basedir.get_path_or_uri(secret_free=False))
if not HERE.is_dir():
    raise WorkflowError(
        f"stackshift is read from {HERE}, but its jobs import modules that lie beside their scripts: "
        "clone it (or add it as a git submodule), and give the path of its Snakefile"
    )
sys.path.append(str(HERE.parent / "scripts"))

from stackflow.digest import code_digest, digest_of, template_digest
from stackflow.settings import (
    check_finite,
    check_masks,
    check_requirement,
    explain,
    with_integers,
)
from stackshift.errors import InputError

# A --configfile is laid over config.yaml key by key; its stacks take the place of the demo. A module
# that is given its config reads no config.yaml, and what the command line says is not meant for it.
if (
    not workflow.modifier.skip_configfile
    and "stacks" in workflow.config_settings.overwrite_config
):
    config["stacks"] = deepcopy(workflow.config_settings.overwrite_config["stacks"])

config.update(with_integers(config))

try:
    check_masks(config)
except InputError as error:
    raise WorkflowError(str(error)) from None
try:
    validate(config, "../schemas/config.schema.yaml")
except WorkflowError as error:
    if error.__context__ is None or not hasattr(error.__context__, "absolute_path"):
        raise
    raise WorkflowError(explain(error.__context__)) from None
try:
    check_finite(config)
    check_requirement(config["requirement"])
except InputError as error:
    raise WorkflowError(str(error)) from None

# Where one number has to stand for both, as in figures to the east and north, it is the larger one.
if config["requirement"]["shape"] == "range_azimuth":
    config["requirement"]["metres"] = max(
        config["requirement"][axis] or config["requirement"]["metres"]
        for axis in ("range", "azimuth")
    )


# The same for all jobs of a call.
code_digest = cache(code_digest)


def placed(path: str, lies=workflow.modifier.path_modifier.replace_prefix) -> str:
    """Where a path of the rules lies: under the ``prefix`` that a module may be given."""
    return str(lies(path))
