rule map:
    input:
        grid=rules.inventory.output.grid,
        tiles=rules.locate.output.tiles,
        scenes=rules.locate.output.scenes,
        scene_tiles=rules.locate.output.scene_tiles,
        pictures=lambda wildcards: [
            f"results/{wildcards.stack}/{wildcards.polarization}/quicklook/flatten/{scene}.png"
            for scene in scenes_of(wildcards)
        ],
    output:
        stack=report(
            f"{ANALYSIS}/tile_offset_map.svg",
            caption="../report/tile_offset_map.rst",
            category="Stack {stack} {polarization}",
            subcategory="Figures",
            labels={"figure": "tile offset map"},
        ),
        stack_png=f"{ANALYSIS}/tile_offset_map.png",
        scenes=report(
            f"{ANALYSIS}/scene_maps.svg",
            caption="../report/scene_maps.rst",
            category="Stack {stack} {polarization}",
            subcategory="Figures",
            labels={"figure": "scene maps"},
        ),
        scenes_png=f"{ANALYSIS}/scene_maps.png",
    log:
        "logs/{stack}/{polarization}/map.log",
    conda:
        "../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=by_scenes(1000, 6),
        runtime=minutes_by_scenes(20, 20),
    params:
        scenes=lambda wildcards: list(scenes_of(wildcards)),
        tiles=tiles_of,
        zero=lambda wildcards: Zero.of(reference_of(wildcards.stack)).words,
        requirement=config["requirement"]["metres"],
        method=config["correlate"]["method"],
        code=code_digest("map"),
    message:
        "Draw the maps of {wildcards.stack} {wildcards.polarization}"
    script:
        "../scripts/map.py"
