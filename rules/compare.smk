# Two polarizations of a stack, and stacks that `compare` names: the same acquisitions.
import re
from difflib import get_close_matches

# Bursts, slices and frames of one pass start within half a minute.
SAME_ACQUISITION = 60


def is_table(result: str) -> bool:
    """Whether a result to compare is a table of an earlier run."""
    return result.endswith(".csv")


def label_of(result: str) -> str:
    """What a result to compare is called in paths."""
    if is_table(result):
        return re.sub(r"[^A-Za-z0-9.]+", "-", result.removesuffix(".csv")).strip("-")
    return result


def check_compared() -> None:
    """Refuse what is no stack of the config."""
    stacks = {stack for stack, _ in PRODUCTS}
    for result in config["compare"]:
        if is_table(result) or result in stacks:
            continue
        near = get_close_matches(result, stacks, n=1)
        hint = f"did you mean '{near[0]}'? " if near else ""
        raise WorkflowError(
            f"compare: there is no stack '{result}': {hint}There are {', '.join(sorted(stacks))}; "
            "the result of an earlier run is the path of its scenes.csv"
        )
    if config["compare"] and (
        len(config["compare"]) < 2 or is_table(config["compare"][0])
    ):
        raise WorkflowError(
            "compare: names two results at least, the first of them a stack of this config"
        )


check_compared()
RESULTS = {label_of(result): result for result in config["compare"]}


def scenes_of_result(label: str, polarization: str) -> str:
    """The table of the scenes of a result."""
    result = RESULTS[label]
    if is_table(result):
        return result.replace("{polarization}", polarization)
    return f"results/{result}/{polarization}/analysis/scenes.csv"


def apart_of(wildcards) -> dict:
    """How far the templates of two stacks lie from each other; nothing of a table."""
    if is_table(RESULTS[wildcards.second]):
        return {}
    folder = f"results/comparison/{wildcards.first}__{wildcards.second}"
    return {"apart": f"{folder}/{wildcards.polarization}_apart.json"}


def compared_results() -> list[str]:
    """The comparisons that the config asks for."""
    if not RESULTS:
        return []
    first, *others = RESULTS
    return [
        f"results/comparison/{first}__{other}/{polarization}.{suffix}"
        for other in others
        for polarization in polarizations_of(first)
        if is_table(RESULTS[other]) or polarization in polarizations_of(other)
        for suffix in ("csv", "svg")
    ]


rule compare:
    input:
        first="results/{stack}/{polarization}/analysis/scenes.csv",
        second="results/{stack}/{other}/analysis/scenes.csv",
    output:
        table="results/{stack}/comparison/{polarization}_{other}.csv",
        summary="results/{stack}/comparison/{polarization}_{other}.json",
    log:
        "logs/{stack}/compare/{polarization}_{other}.log",
    wildcard_constraints:
        stack=REAL_STACK,
    conda:
        "../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=by_scenes(500, 0.2),
        runtime=minutes_by_scenes(5, 200),
    params:
        names=["{polarization}", "{other}"],
        # Polarizations of one pass are one acquisition by name.
        seconds=0,
        code=code_digest("compare"),
    message:
        "Compare {wildcards.polarization} with {wildcards.other} of {wildcards.stack}"
    script:
        "../scripts/compare.py"


rule compare_results:
    input:
        unpack(apart_of),
        first=lambda wildcards: scenes_of_result(
            wildcards.first, wildcards.polarization
        ),
        second=lambda wildcards: scenes_of_result(
            wildcards.second, wildcards.polarization
        ),
    output:
        table="results/comparison/{first}__{second}/{polarization}.csv",
        summary="results/comparison/{first}__{second}/{polarization}.json",
        figure=report(
            "results/comparison/{first}__{second}/{polarization}.svg",
            caption="../report/compared.rst",
            category="Overview",
            labels={"page": "{first} and {second}, {polarization}"},
        ),
        picture="results/comparison/{first}__{second}/{polarization}.png",
    log:
        "logs/comparison/{first}__{second}/{polarization}.log",
    wildcard_constraints:
        first="[^/]+?",
        second="[^/]+?",
    conda:
        "../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=700,
        runtime=10,
    params:
        names=["{first}", "{second}"],
        seconds=SAME_ACQUISITION,
        requirement=config["requirement"]["metres"],
        code=code_digest("compare"),
    message:
        "Compare {wildcards.first} with {wildcards.second}, {wildcards.polarization}"
    script:
        "../scripts/compare.py"
