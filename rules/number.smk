rule number:
    input:
        pairs=lambda wildcards: [
            f"results/{wildcards.stack}/{wildcards.polarization}/matches/{reference}__{secondary}.json"
            for reference, secondary in pairs_of(
                wildcards.stack, wildcards.polarization
            )
        ],
    output:
        # A folder, so that pairs of a scene that was taken out do not stay behind.
        correlation=directory("results/{stack}/{polarization}/correlation"),
    log:
        "logs/{stack}/{polarization}/number.log",
    conda:
        "../envs/raster.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        scenes=lambda wildcards: list(scenes_of(wildcards)),
        code=code_digest("number"),
    message:
        "Number the scenes of {wildcards.stack} {wildcards.polarization}"
    script:
        "../scripts/number.py"
