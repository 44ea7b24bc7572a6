rule detect:
    input:
        unpack(layers_prepared_with),
        scenes=lambda wildcards: [
            f"results/{wildcards.stack}/{wildcards.polarization}/superset/{scene}.tif"
            for scene in scenes_of(wildcards)
        ],
        located=rules.locate.output.scenes,
        template=rules.template.output.image,
        made=rules.template.output.report,
        tiles=lambda wildcards: [
            f"results/{wildcards.stack}/{wildcards.polarization}/tiles/{scene}"
            for scene in members_of(wildcards)
        ],
    output:
        table="results/{stack}/{polarization}/detection/detection.csv",
        report="results/{stack}/{polarization}/detection/detection.json",
        figure=report(
            "results/{stack}/{polarization}/detection/detection.svg",
            caption="../report/detection.rst",
            category="Stack {stack} {polarization}",
            subcategory="Figures",
            labels={"figure": "change detection"},
        ),
        picture="results/{stack}/{polarization}/detection/detection.png",
    log:
        "logs/{stack}/{polarization}/detect.log",
    benchmark:
        "benchmarks/{stack}/{polarization}/detect.tsv"
    wildcard_constraints:
        stack=REAL_STACK,
    conda:
        "../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 1500 * attempt,
        runtime=minutes(20, 20),
    params:
        scenes=lambda wildcards: list(scenes_of(wildcards)),
        tiles=tiles_of,
        transform=config["correlate"]["coherence"]["transform"],
        threshold=config["detect"]["threshold"],
        box=config["detect"]["box"],
        made_from=lambda wildcards: located_from(**wildcards),
        code=code_digest("detect"),
    message:
        "See what displacement costs change detection in {wildcards.stack} {wildcards.polarization}"
    script:
        "../scripts/detect.py"
