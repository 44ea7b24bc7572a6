# Results of this run and of others that are compared with each other.
from stackflow import headers
from stackflow.known import Known
from stackflow.results import check_there, is_table, labelled, within

try:
    RESULTS = Known(
        labelled(config["compare"], [stack for stack, _ in PRODUCTS]),
        "compared result",
    )
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


def made_here(path: str) -> str | None:
    """How the rules call a table of the user's that is one of a stack of this config, else None."""
    owner = owner_of(path)
    if owner is None:
        return None
    stack, _, name = within(path, placed("results")).partition("/")
    folders = [f"{polarization}/analysis" for polarization in polarizations_of(owner)]
    if len(folders) > 1:
        folders.append("combined")
    is_made = name in [f"{folder}/scenes.csv" for folder in folders]
    return f"results/{stack}/{name}" if is_made else None


def earlier_table(label: str, polarization: str) -> str | None:
    """The user's table of the scenes of an earlier run that is compared; None of a stack.

    No input, as scenes are none (rules/opened.smk).
    """
    path = RESULTS[label].replace("{polarization}", polarization)
    return path if is_table(path) and not made_here(path) else None


def stamp_of_earlier(label: str, polarization: str) -> list | None:
    """What tells that the table of an earlier run was replaced."""
    path = earlier_table(label, polarization)
    return path and headers.stamp_of(path)


def tables_compared(wildcards) -> dict:
    """The tables of the scenes of two results that this run makes, and how far their templates lie apart."""
    found = {}
    for key in ("first", "second"):
        result, polarization = RESULTS[wildcards[key]], wildcards.polarization
        if not is_table(result):
            found[key] = f"results/{result}/{polarization}/analysis/scenes.csv"
        elif made := made_here(result.replace("{polarization}", polarization)):
            found[key] = made
    if not is_table(RESULTS[wildcards.second]):
        folder = f"results/comparison/{wildcards.first}__{wildcards.second}"
        found["apart"] = f"{folder}/{wildcards.polarization}_apart.json"
    return found


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


# Once a call: what goes while jobs run is told by the job that reads it.
if workflow.is_main_process and RESULTS:
    try:
        for polarization in polarizations_of(next(iter(RESULTS))):
            for path in filter(
                None, (earlier_table(name, polarization) for name in RESULTS)
            ):
                check_there(path)
    except InputError as error:
        raise WorkflowError(str(error)) from None
