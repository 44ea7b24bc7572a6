rule simulate:
    output:
        scene="results/{stack}/simulated/{name}_{polarization}.tif",
    log:
        "logs/{stack}/simulate/{name}_{polarization}.log",
    benchmark:
        "benchmarks/{stack}/simulate/{name}_{polarization}.tsv"
    conda:
        "../envs/estimate.yaml"
    threads: 1
    resources:
        # Measured: some 35 times the bytes of a scene, as the ground is made finer than the scenes.
        mem_mb=lambda wildcards, attempt: attempt
        * max(
            1000,
            300
            + round(
                simulated_mb(wildcards.stack)
                * (80 if STACKS[wildcards.stack]["simulate"]["steepness"] else 40)
            ),
        ),
        runtime=20,
    params:
        settings=lambda wildcards: STACKS[wildcards.stack]["simulate"],
        code=code_digest("simulate"),
    message:
        "Simulate scene {wildcards.name} of {wildcards.stack}"
    script:
        "../scripts/simulate.py"


rule truth:
    output:
        table="results/{stack}/simulated/truth.csv",
    log:
        "logs/{stack}/simulate/truth.log",
    conda:
        "../envs/estimate.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        settings=lambda wildcards: STACKS[wildcards.stack]["simulate"],
        code=code_digest("truth"),
    message:
        "Write the true offsets of {wildcards.stack}"
    script:
        "../scripts/truth.py"
