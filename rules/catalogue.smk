# A STAC item a scene.
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
