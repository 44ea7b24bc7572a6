def aligned_kind(stack: str) -> str:
    """What a stack's scenes are matched with: the same for a scene as for the stack, whose zero it is."""
    return ZERO.kind if ZERO.absolute and stack == real(stack) else "stack"


def aligned_with(wildcards) -> dict[str, str]:
    """What a scene is aligned with: the template, the area that the DEM says, or an image."""
    if aligned_kind(wildcards.stack) == "stack":
        return {
            "image": rules.template.output.image,
            "report": rules.template.output.report,
        }
    return {"image": layer_file(wildcards, ALIGNED_WITH[ZERO.kind])}


rule align:
    input:
        unpack(aligned_with),
        tiles="results/{stack}/{polarization}/tiles/{scene}",
    output:
        offsets="results/{stack}/{polarization}/offsets/{scene}.json",
    log:
        "logs/{stack}/{polarization}/align/{scene}.log",
    benchmark:
        "benchmarks/{stack}/{polarization}/align/{scene}.tsv"
    wildcard_constraints:
        stack=unmeasured("align"),
    conda:
        "../envs/estimate.yaml"
    threads: 1
    resources:
        mem_mb=by_tile(700, 25),
        runtime=minutes(20, 100),
    params:
        tiles=tiles_of,
        options=config["correlate"]["coherence"],
        zero=lambda wildcards: aligned_kind(wildcards.stack),
        made_from=lambda wildcards: aligned_from(**wildcards),
    message:
        "Find where {wildcards.scene} of {wildcards.stack} {wildcards.polarization} lies"
    script:
        "../scripts/align.py"
