# Paths of results, of one stack or of all.
from stackshift.stack.table_columns import TABLES

ANALYSIS = "results/{stack}/{polarization}/analysis"


def for_products(*patterns: str) -> list[str]:
    """The patterns filled in for each stack and polarization."""
    stacks, polarizations = zip(*PRODUCTS, strict=True)
    # Snakemake's own, as it keeps whether a module's prefix is there already.
    return expand(list(patterns), zip, stack=stacks, polarization=polarizations)


def for_stacks(*patterns: str) -> list[str]:
    """The patterns filled in for each stack."""
    return expand(list(patterns), stack=list(STACKS))


def for_scenes(pattern: str) -> list[str]:
    """A pattern filled in for each scene of each stack and polarization."""
    names = [
        (*names, scene)
        for names, product in PRODUCTS.items()
        for scene in product.scenes
    ]
    stacks, polarizations, scenes = zip(*names, strict=True)
    return expand(pattern, zip, stack=stacks, polarization=polarizations, scene=scenes)


def measurements_of(stack: str, polarization: str) -> list[str]:
    """The JSONs of all pairs of a stack and polarization."""
    return [
        f"results/{stack}/{polarization}/correlation/{reference}__{secondary}.json"
        for reference, secondary in pairs_of(stack, polarization)
    ]


def offsets_of(stack: str, polarization: str) -> list[str]:
    """What was measured of each scene of a stack and polarization."""
    return [
        f"results/{stack}/{polarization}/offsets/{scene}.json"
        for scene in PRODUCTS[real(stack), polarization].scenes
    ]


def truth_of(wildcards) -> dict:
    """The file with the true offsets, for a simulated stack only."""
    if is_simulated(wildcards.stack):
        return {"truth": f"results/{wildcards.stack}/simulated/truth.csv"}
    return {}
