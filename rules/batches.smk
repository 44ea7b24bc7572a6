# Jobs of several scenes or pairs, where they take little. What they make is what jobs of one make.
import math

from stackflow.batches import COPIED, MATCHED, of_pairs, of_scenes, size_of
from stackflow.forced import groups_of_the_call, settings_of_the_call
from stackflow.reported import graph_is_asked_for, show_stages
from stackshift.stack.pairing import template_members, template_pairs


def batch_sizes(work: tuple[float, float]) -> dict:
    """How many scenes a job may take that costs so much, by (stack, polarization)."""
    # A graph of the rules shows stages; and where tiles are dropped, what was measured stands
    # without a rule, file by file.
    if graph_is_asked_for() or "tiles" not in config["keep"]:
        return dict.fromkeys(PRODUCTS, 1)
    # With layers or masks a job takes what belongs to its scene beside it.
    return {
        name: (
            1
            if UNDO or mask_of(*name) or aligned_kind(name[0]) != "stack"
            else size_of(
                product.grid.width * product.grid.height,
                math.prod(TILES[name]),
                work,
                config["batches"]["scenes"],
            )
        )
        for name, product in PRODUCTS.items()
    }


def batches() -> tuple[list, list, list]:
    """The batches of scenes that are read and written, of those that are aligned, and of pairs."""
    scenes = {name: list(product.scenes) for name, product in PRODUCTS.items()}
    members = {name: template_members(names) for name, names in scenes.items()}
    needed = {
        name: set(template_pairs(members[name], PAIRS[name])) for name in PRODUCTS
    }
    copied, matched = batch_sizes(COPIED), batch_sizes(MATCHED)
    return (
        of_scenes(scenes, members, copied),
        of_scenes(scenes, members, matched),
        of_pairs(scenes, members, matched, PAIRS, needed),
    )


SCENES_TOGETHER, ALIGNED_TOGETHER, PAIRS_TOGETHER = batches()
# The group by the name of a rule, as the command line or a profile says it.
GROUPS = groups_of_the_call()
# The stage by the name of each rule of a batch, for what is shown.
BATCH_RULES = {}


def batch_rules(stage: str, together: list) -> list:
    """The name of the rule of each batch of a stage, and the batch.

    A file of a batch is made by its rule and not by the stage's. What is said of the stage by the
    command line or a profile, resources, threads, --forcerun and the like, holds for its batches; of
    groups see `group_of`.
    """
    own = workflow.modifier.modify_rulename
    names = [f"{stage}_{batch.key}" for batch in together]
    if not names:
        return []
    workflow.ruleorder(*names, stage)
    BATCH_RULES.update((own(name), own(stage)) for name in names)
    settings = workflow.resource_settings
    for key in ("overwrite_resources", "overwrite_threads"):
        said = getattr(settings, key) or {}
        if own(stage) in said:
            alike = dict.fromkeys(map(own, names), said[own(stage)])
            setattr(settings, key, {**said, **alike})
            # Snakemake reads what it is told once.
            vars(settings).pop(f"_parsed_{key}", None)
    if call := settings_of_the_call():
        for key in ("forcerun", "until", "omit_from"):
            said = set(getattr(call, key))
            if own(stage) in said:
                setattr(call, key, frozenset(said.union(map(own, names))))
    return list(zip(names, together, strict=True))


def group_of(stage: str) -> str | None:
    """The group of the batches of a stage, which is that of the stage, None without one."""
    return GROUPS.get(workflow.modifier.modify_rulename(stage))


def each(batch, *functions):
    """The parameters that members of a batch do not share: what the wildcards are, and more.

    Each function is given all wildcards of a member by name, and gives a dictionary.
    """

    def members(wildcards):
        found = []
        for one in batch.members:
            known = {**dict(wildcards), **one}
            more = [function(**known) for function in functions]
            found.append(
                {key: value for part in (one, *more) for key, value in part.items()}
            )
        return found

    return members


def together(pattern: str, batch) -> list[str]:
    """The files of a batch's members, by the pattern of one."""
    names = {name: batch.column(name) for name in batch.members[0]}
    return expand(pattern, zip, **names, allow_missing=True)


def scenes_in(wildcards, batch) -> list:
    """The scenes of a batch."""
    return [scenes_of(wildcards)[name] for name in batch.column("scene")]


def read_together(batch):
    """What a job reads of the user's scenes, which are no inputs."""
    return lambda wildcards, input: [
        file["path"]
        for scene in scenes_in(wildcards, batch)
        for file in sources(wildcards.stack, scene)
    ]


def read_by_superset(stack: str, polarization: str, scene: str) -> dict:
    """What the superset of a scene is made from."""
    found = PRODUCTS[stack, polarization].scenes[scene]
    return {
        "files": sources(stack, found),
        "written": written(stack, [found]),
        "platform": found.platform,
    }


def quicklook_of(scene: str, stage: str):
    """A picture of a batch, which the report shows as that of a scene alone."""
    return report(
        f"results/{{stack}}/{{polarization}}/quicklook/{stage}/{scene}.png",
        caption="../report/quicklook.rst",
        category="Stack {stack} {polarization}",
        subcategory="Quicklooks",
        labels={"scene": scene, "stage": stage},
    )
