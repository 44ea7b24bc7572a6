def layers_matched_with(wildcards) -> dict[str, str]:
    """The layers that a scene is prepared with: what undoes its normalisation, what masks it.

    Displaced scenes were prepared before they were displaced.
    """
    if "@" in wildcards.stack:
        return {}
    return prepared_with(real(wildcards.stack), wildcards.polarization, wildcards.scene)


def mask_matched_with(wildcards) -> dict[str, str]:
    """The layer that masks a scene, if there is one."""
    return {k: v for k, v in layers_matched_with(wildcards).items() if k == "mask"}


rule flatten:
    input:
        unpack(layers_matched_with),
        scene=rules.superset.output.scene,
    output:
        scene=kept("flatten", "results/{stack}/{polarization}/flatten/{scene}.tif"),
    log:
        "logs/{stack}/{polarization}/flatten/{scene}.log",
    benchmark:
        "benchmarks/{stack}/{polarization}/flatten/{scene}.tsv"
    conda:
        "../envs/raster.yaml"
    threads: 1
    resources:
        mem_mb=memory(600, 0.3),
        runtime=minutes(10, 100),
    params:
        lower=config["flatten"]["lower"],
        upper=config["flatten"]["upper"],
        outside=config["flatten"]["outside"],
        code=code_digest("flatten"),
    message:
        "Truncate the spikes of {wildcards.scene} of {wildcards.stack} {wildcards.polarization}"
    script:
        "../scripts/flatten.py"
