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
        mem_mb=by_tile(700, 30),
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


for name, batch in batch_rules("align", ALIGNED_TOGETHER):

    rule:
        name:
            name
        input:
            tiles=together("results/{stack}/{polarization}/tiles/{scene}", batch),
            image=rules.template.output.image,
            report=rules.template.output.report,
        output:
            offsets=together(rules.align.output.offsets, batch),
        log:
            f"logs/{{stack}}/{{polarization}}/align/{batch.log}.log",
        benchmark:
            f"benchmarks/{{stack}}/{{polarization}}/align/{batch.log}.tsv"
        wildcard_constraints:
            stack=rf"({batch.stacks})({DERIVED})?",
            polarization=batch.polarizations,
        group:
            group_of("align")
        conda:
            "../envs/estimate.yaml"
        threads: 1
        resources:
            mem_mb=by_tile(700, 30),
            runtime=minutes(20, 100),
        params:
            members=each(batch, lambda **scene: {"made_from": aligned_from(**scene)}),
            tiles=tiles_of,
            options=config["correlate"]["coherence"],
            zero=lambda wildcards: aligned_kind(wildcards.stack),
        message:
            f"Match {len(batch.members)} scenes of {{wildcards.stack}} {{wildcards.polarization}} with the template"
        script:
            "../scripts/align.py"
