# Layers lie on the grid once for a stack, or once a scene, as their producer gives them.
rule layer:
    input:
        made_layers,
    output:
        layer="results/{stack}/{polarization}/layers/{layer}.tif",
    log:
        "logs/{stack}/{polarization}/layer/{layer}.log",
    benchmark:
        "benchmarks/{stack}/{polarization}/layer/{layer}.tsv"
    wildcard_constraints:
        stack=REAL_STACK,
        layer="|".join((*layers.NAMES, layers.REFERENCE)),
    conda:
        "../envs/estimate.yaml"
    threads: 1
    resources:
        mem_mb=memory(600, 0.3, layer_sources_read),
        runtime=minutes(10, 100, layer_sources_read),
    params:
        files=lambda wildcards: lying(layer_sources(wildcards)),
        written=lambda wildcards: [
            headers.stamp_of(path)
            for path in layer_sources(wildcards)
            if not is_made(path)
        ],
        grid=grid_of,
        layer="{layer}",
        made_from=lambda wildcards: made_layers_from(wildcards.stack),
        code=code_digest("layer"),
    message:
        "Bring the layer {wildcards.layer} of {wildcards.stack} {wildcards.polarization} onto the grid"
    script:
        "../scripts/layer.py"


use rule layer as layer_of_scene with:
    output:
        layer=kept(
            "layers", "results/{stack}/{polarization}/layers/{layer}/{scene}.tif"
        ),
    log:
        "logs/{stack}/{polarization}/layer/{layer}/{scene}.log",
    benchmark:
        "benchmarks/{stack}/{polarization}/layer/{layer}/{scene}.tsv"
