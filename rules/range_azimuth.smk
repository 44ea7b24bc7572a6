rule range_azimuth:
    input:
        scenes=rules.locate.output.scenes,
        why=rules.locate.output.why,
    output:
        figure=report(
            f"{ANALYSIS}/range_azimuth.svg",
            caption="../report/range_azimuth.rst",
            category="Stack {stack} {polarization}",
            subcategory="Figures",
            labels={"figure": "range and azimuth"},
        ),
        png=f"{ANALYSIS}/range_azimuth.png",
    log:
        "logs/{stack}/{polarization}/range_azimuth.log",
    conda:
        "../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=by_scenes(600, 0.2),
        runtime=minutes_by_scenes(5, 200),
    params:
        requirement={
            key: config["requirement"][key]
            for key in ("metres", "shape", "range", "azimuth")
        },
        zero=lambda wildcards: Zero.of(reference_of(wildcards.stack)).words,
        code=code_digest("range_azimuth"),
    message:
        "Draw range and azimuth of {wildcards.stack} {wildcards.polarization}"
    script:
        "../scripts/range_azimuth.py"
