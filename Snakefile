import atexit
import gc
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.utils import min_version

min_version("9.0")

# A tenth of a call that finds nothing to do is the interpreter's last look for cycles.
atexit.register(gc.freeze)

if not (
    workflow.overwrite_configfiles
    or workflow.modifier.skip_configfile
    or Path("config.yaml").exists()
):
    raise WorkflowError(
        f"there is no config.yaml in {Path.cwd()}: give your config with --configfile my.yaml "
        "(README, Your own stack), or call from the folder of the workflow for the demo"
    )


configfile: "config.yaml"


report: "report/workflow.rst"


include: "rules/config.smk"
include: "rules/names.smk"
include: "rules/zero.smk"
include: "rules/scenes.smk"
include: "rules/looks.smk"
include: "rules/pairs.smk"
include: "rules/tiling.smk"
include: "rules/own.smk"
include: "rules/compared.smk"
include: "rules/paths.smk"
include: "rules/opened.smk"
include: "rules/told.smk"
include: "rules/acting.smk"
include: "rules/masks.smk"
include: "rules/aligned.smk"
include: "rules/looked_at.smk"
include: "rules/layers.smk"
include: "rules/resources.smk"
include: "rules/made_from.smk"
include: "rules/keep.smk"
include: "rules/recorded.smk"
include: "rules/batches.smk"
include: "rules/simulate.smk"
include: "rules/inventory.smk"
include: "rules/superset.smk"
include: "rules/layer.smk"
include: "rules/static_layers.smk"
include: "rules/mask.smk"
include: "rules/flatten.smk"
include: "rules/tile.smk"
include: "rules/correlate.smk"
include: "rules/template.smk"
include: "rules/picture.smk"
include: "rules/align.smk"
include: "rules/analyse.smk"
include: "rules/locate.smk"
include: "rules/range_azimuth.smk"
include: "rules/where.smk"
include: "rules/verdict.smk"
include: "rules/compare.smk"
include: "rules/apart.smk"
include: "rules/watch.smk"
include: "rules/detect.smk"
include: "rules/combine.smk"
include: "rules/usable.smk"
include: "rules/correct.smk"
include: "rules/prove.smk"
include: "rules/catalogue.smk"
include: "rules/inject.smk"
include: "rules/recover.smk"
include: "rules/quicklook.smk"
include: "rules/plot.smk"
include: "rules/map.smk"
include: "rules/score.smk"
include: "rules/explore.smk"
include: "rules/parquet.smk"
include: "rules/geopackage.smk"
include: "rules/tabulate.smk"
include: "rules/overall.smk"
include: "rules/acted.smk"
include: "rules/overview.smk"
include: "rules/outputs.smk"
include: "rules/closing.smk"
include: "rules/watched.smk"
include: "rules/targets.smk"


rule all:
    default_target: True
    input:
        located(),
        tables(),
        comparisons(),
        compared_results(),
        passes(),
        for_stacks(rules.usable.output.table),
        pages(),
        for_scenes(rules.quicklook.output.flatten),
        figures(),
        exports(),
        rules.overall.output,
        # All, as a rule that a new version gives one more output runs again for that one alone.
        rules.overview.output,


onsuccess:
    TELLER.succeed()
