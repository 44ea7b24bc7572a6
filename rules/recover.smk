rule recover:
    input:
        before="results/{stack}/{polarization}/analysis/measurements.csv",
        interpolated="results/{stack}@injected/{polarization}/analysis/measurements.csv",
        boxes="results/{stack}@boxes/{polarization}/analysis/measurements.csv",
        truths=lambda wildcards: [
            f"results/{wildcards.stack}@{kind}/{wildcards.polarization}/truth/{scene}.json"
            for kind in ("injected", "boxes")
            for scene in scenes_of(wildcards)
        ],
        grid=rules.inventory.output.grid,
    output:
        table="results/{stack}/{polarization}/injection/injection.csv",
        report="results/{stack}/{polarization}/injection/injection.json",
    log:
        "logs/{stack}/{polarization}/recover.log",
    wildcard_constraints:
        stack=REAL_STACK,
    conda:
        "../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        tiles=tiles_of,
        code=code_digest("recover"),
    message:
        "Compare injected with recovered displacements of {wildcards.stack} {wildcards.polarization}"
    script:
        "../scripts/recover.py"
