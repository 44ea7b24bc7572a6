# What a corrected scene was divided by: the area of the map, moved with the scene.
rule move_area:
    input:
        area=lambda wildcards: prepared_with(
            wildcards.stack, wildcards.polarization, wildcards.scene
        )["area"],
        moves=rules.decide.output.moves,
    output:
        area=kept(
            "layers",
            "results/{stack}@corrected/{polarization}/layers/area/{scene}.tif",
        ),
    log:
        "logs/{stack}@corrected/{polarization}/move_area/{scene}.log",
    benchmark:
        "benchmarks/{stack}@corrected/{polarization}/move_area/{scene}.tsv"
    wildcard_constraints:
        stack=REAL_STACK,
    conda:
        "../envs/estimate.yaml"
    threads: 1
    resources:
        mem_mb=memory(600, 0.3),
        runtime=minutes(10, 100),
    params:
        code=code_digest("move_area"),
    message:
        "Move the area of {wildcards.scene} of {wildcards.stack} {wildcards.polarization} with the scene"
    script:
        "../scripts/move_area.py"
