# Results of this run and of others that are compared with each other.
from stackflow.results import is_table, labelled

try:
    RESULTS = labelled(config["compare"], [stack for stack, _ in PRODUCTS])
except InputError as error:
    raise WorkflowError(str(error)) from None


def comparisons_of(stack: str, polarization: str) -> list[str]:
    """The comparisons of a polarization with the first of its stack, or of the first with all."""
    first, *others = polarizations_of(real(stack))
    return [
        f"results/{stack}/comparison/{first}_{other}.json"
        for other in others
        if polarization in (first, other)
    ]


def scenes_of_result(label: str, polarization: str) -> str:
    """The table of the scenes of a result that is compared."""
    result = RESULTS[label]
    if is_table(result):
        return result.replace("{polarization}", polarization)
    return f"results/{result}/{polarization}/analysis/scenes.csv"


def apart_of(wildcards) -> dict:
    """How far the templates of two stacks lie from each other; nothing of an earlier run's."""
    if is_table(RESULTS[wildcards.second]):
        return {}
    folder = f"results/comparison/{wildcards.first}__{wildcards.second}"
    return {"apart": f"{folder}/{wildcards.polarization}_apart.json"}


def comparisons() -> list[str]:
    """The comparisons of the polarizations of each stack, the first with each other one."""
    return [
        f"results/{stack}/comparison/{first}_{other}.csv"
        for stack in STACKS
        for first, *others in [polarizations_of(stack)]
        for other in others
    ]


def compared_results() -> list[str]:
    """The comparisons of results that the config asks for, the first with each other one."""
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
