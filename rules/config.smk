# The config: laid over the defaults, completed and checked.
import sys
from copy import deepcopy
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.utils import validate

sys.path.append(str(Path(workflow.basedir) / "scripts"))

from stackflow.digest import code_digest, digest_of, template_digest
from stackflow.settings import check_finite, explain, with_integers
from stackshift.errors import InputError

# A --configfile is laid over config.yaml key by key; its stacks take the place of the demo.
if "stacks" in workflow.config_settings.overwrite_config:
    config["stacks"] = deepcopy(workflow.config_settings.overwrite_config["stacks"])

config.update(with_integers(config))

try:
    validate(config, "../schemas/config.schema.yaml")
except WorkflowError as error:
    if error.__context__ is None or not hasattr(error.__context__, "absolute_path"):
        raise
    raise WorkflowError(explain(error.__context__)) from None
