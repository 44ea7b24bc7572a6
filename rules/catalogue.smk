# A STAC item a scene.
def opened_rows(stack: str) -> list[dict]:
    """The rows of the files of a stack, with what a job opens."""
    rows = listed(stack, f"results/{stack}/stac")
    paths = [
        path
        for polarization in polarizations_of(stack)
        for scene in oldest_first(stack, polarization)
        for path in scene.paths
    ]
    return [row | {"opened": path} for row, path in zip(rows, paths, strict=True)]


def version_of_this() -> str:
    """As CITATION.cff says it."""
    text = (HERE.parent / "CITATION.cff").read_text(encoding="utf-8")
    return re.search(r"^version: *(\S+)", text, re.M)[1]


rule catalogue:
    input:
        scenes=lambda wildcards: best(wildcards.stack, "scenes.csv"),
        verdict=lambda wildcards: best(wildcards.stack, "verdict.json"),
        made=lambda wildcards: [
            path
            for polarization in polarizations_of(wildcards.stack)
            for path in made(
                wildcards.stack,
                PRODUCTS[wildcards.stack, polarization].scenes.values(),
            )
        ],
    output:
        # A folder, as scenes come and go.
        folder=directory("results/{stack}/stac"),
    log:
        "logs/{stack}/catalogue.log",
    wildcard_constraints:
        stack=REAL_STACK,
    conda:
        "../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        rows=lambda wildcards: opened_rows(wildcards.stack),
        written=lambda wildcards: [
            written(
                wildcards.stack,
                PRODUCTS[wildcards.stack, polarization].scenes.values(),
            )
            for polarization in polarizations_of(wildcards.stack)
        ],
        rule=config["usable"],
        requirement=config["requirement"],
        relative_to=lambda wildcards: in_words(wildcards.stack),
        version=version_of_this(),
        code=code_digest("catalogue"),
    message:
        "Write the STAC items of {wildcards.stack}"
    script:
        "../scripts/catalogue.py"
