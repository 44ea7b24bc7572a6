# One offset a pass where a stack has several polarizations.
COMBINED = "results/{stack}/combined"


def in_all(pattern: str):
    """A pattern filled in for each polarization of a job's stack."""

    def paths(wildcards) -> list[str]:
        return [
            pattern.format(stack=wildcards.stack, polarization=polarization)
            for polarization in polarizations_of(real(wildcards.stack))
        ]

    return paths


def is_combined(stack: str) -> bool:
    """Whether the offsets of a stack come out of several polarizations."""
    return len(polarizations_of(real(stack))) > 1


def best(stack: str, name: str) -> str:
    """The table of the scenes of a stack, or its verdict: of all polarizations together if there are several."""
    if is_combined(stack):
        return f"results/{stack}/combined/{name}"
    (polarization,) = polarizations_of(real(stack))
    return f"results/{stack}/{polarization}/analysis/{name}"


def in_words(stack: str) -> str:
    """What the offsets of a stack are relative to, and what they were measured in."""
    reference = config["align"]["reference"]
    zero = f"scene {reference}" if reference else "the median of the stack"
    return f"{zero}, {' and '.join(polarizations_of(real(stack)))}"


rule combine:
    input:
        scenes=in_all(f"{ANALYSIS}/scenes.csv"),
        pairs=in_all(f"{ANALYSIS}/pairs.csv"),
        inventories=in_all("results/{stack}/{polarization}/inventory.json"),
    output:
        scenes=f"{COMBINED}/scenes.csv",
        pairs=f"{COMBINED}/pairs.csv",
        report=f"{COMBINED}/verdict.json",
        table=f"{COMBINED}/verdict.csv",
    log:
        "logs/{stack}/combine.log",
    benchmark:
        "benchmarks/{stack}/combine.tsv"
    wildcard_constraints:
        stack=JUDGED_STACK,
    conda:
        "../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=600,
        runtime=10,
    params:
        polarizations=lambda wildcards: polarizations_of(real(wildcards.stack)),
        requirement=config["requirement"],
        reference=config["align"]["reference"],
        code=code_digest("combine"),
    message:
        "Combine the polarizations of {wildcards.stack}"
    script:
        "../scripts/combine.py"


rule draw_combined:
    input:
        combined=rules.combine.output.scenes,
        report=rules.combine.output.report,
        scenes=in_all(f"{ANALYSIS}/scenes.csv"),
    output:
        figure=report(
            f"{COMBINED}/offset_per_pass.svg",
            caption="../report/offset_per_pass.rst",
            category="Stack {stack}",
            subcategory="Figures",
            labels={"figure": "offset per pass"},
        ),
        figure_png=f"{COMBINED}/offset_per_pass.png",
    log:
        "logs/{stack}/draw_combined.log",
    wildcard_constraints:
        stack=JUDGED_STACK,
    conda:
        "../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=700,
        runtime=10,
    params:
        polarizations=lambda wildcards: polarizations_of(real(wildcards.stack)),
        requirement=config["requirement"]["metres"],
        code=code_digest("draw_combined"),
    message:
        "Draw the combined offsets of {wildcards.stack}"
    script:
        "../scripts/draw_combined.py"
