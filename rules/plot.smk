rule plot:
    input:
        pairs=rules.analyse.output.pairs,
        tiles=rules.analyse.output.tiles,
        scenes=rules.invert.output.scenes,
    output:
        pairs=report(
            f"{ANALYSIS}/offset_per_pair.svg",
            caption="../report/offset_per_pair.rst",
            category="{stack} {polarization}",
            subcategory="Figures",
            labels={"figure": "offset per pair"},
        ),
        pairs_png=f"{ANALYSIS}/offset_per_pair.png",
        tiles=report(
            f"{ANALYSIS}/offset_per_tile.svg",
            caption="../report/offset_per_tile.rst",
            category="{stack} {polarization}",
            subcategory="Figures",
            labels={"figure": "offset per tile"},
        ),
        tiles_png=f"{ANALYSIS}/offset_per_tile.png",
        scenes=report(
            f"{ANALYSIS}/offset_per_scene.svg",
            caption="../report/offset_per_scene.rst",
            category="{stack} {polarization}",
            subcategory="Figures",
            labels={"figure": "offset per scene"},
        ),
        scenes_png=f"{ANALYSIS}/offset_per_scene.png",
    log:
        "logs/{stack}/{polarization}/plot.log",
    conda:
        "../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        requirement=config["requirement"]["metres"],
        method=config["correlate"]["method"],
        code=code_digest("plot"),
    message:
        "Draw the figures of {wildcards.stack} {wildcards.polarization}"
    script:
        "../scripts/plot.py"
