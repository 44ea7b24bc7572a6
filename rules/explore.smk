rule explore:
    input:
        grid=rules.inventory.output.grid,
        image=rules.template.output.image,
        quicklooks=lambda wildcards: [
            f"results/{wildcards.stack}/{wildcards.polarization}/quicklook/flatten/{scene}.png"
            for scene in scenes_of(wildcards)
        ],
        scenes=rules.locate.output.scenes,
        scene_tiles=rules.locate.output.scene_tiles,
        measurements=rules.analyse.output.measurements,
        pairs=rules.analyse.output.pairs,
        tiles=rules.locate.output.tiles,
    output:
        page=report(
            f"{ANALYSIS}/explore.html",
            caption="../report/explore.rst",
            category="Stack {stack} {polarization}",
            subcategory="Figures",
            labels={"figure": "explore"},
        ),
    log:
        "logs/{stack}/{polarization}/explore.log",
    wildcard_constraints:
        stack=REAL_STACK,
    conda:
        "../envs/explore.yaml"
    threads: 1
    resources:
        mem_mb=memory(700, 0.2),
        runtime=minutes(10, 100),
    params:
        scenes=lambda wildcards: list(scenes_of(wildcards)),
        tiles=tiles_of,
        requirement=config["requirement"]["metres"],
        method=config["correlate"]["method"],
        longest=800,
        template=template_digest("report/explore.html"),
        code=code_digest("explore"),
    message:
        "Write the page to explore {wildcards.stack} {wildcards.polarization}"
    script:
        "../scripts/explore.py"
