rule plot:
    input:
        measurements=rules.analyse.output.measurements,
        pairs=rules.analyse.output.pairs,
        tiles=rules.locate.output.tiles,
        scenes=rules.locate.output.scenes,
        scene_tiles=rules.locate.output.scene_tiles,
        residuals=rules.locate.output.residuals,
        verdict=rules.verdict.output.report,
    output:
        offset_per_scene=report(
            f"{ANALYSIS}/offset_per_scene.svg",
            caption="../report/offset_per_scene.rst",
            category="Stack {stack} {polarization}",
            subcategory="Figures",
            labels={"figure": "offset per scene"},
        ),
        offset_per_scene_png=f"{ANALYSIS}/offset_per_scene.png",
        shift_per_pair=report(
            f"{ANALYSIS}/shift_per_pair.svg",
            caption="../report/shift_per_pair.rst",
            category="Stack {stack} {polarization}",
            subcategory="Figures",
            labels={"figure": "shift per pair"},
        ),
        shift_per_pair_png=f"{ANALYSIS}/shift_per_pair.png",
        offset_per_tile=report(
            f"{ANALYSIS}/offset_per_tile.svg",
            caption="../report/offset_per_tile.rst",
            category="Stack {stack} {polarization}",
            subcategory="Figures",
            labels={"figure": "offset per tile"},
        ),
        offset_per_tile_png=f"{ANALYSIS}/offset_per_tile.png",
        tile_errors=report(
            f"{ANALYSIS}/tile_errors.svg",
            caption="../report/tile_errors.rst",
            category="Stack {stack} {polarization}",
            subcategory="Figures",
            labels={"figure": "tile errors"},
        ),
        tile_errors_png=f"{ANALYSIS}/tile_errors.png",
        pair_matrix=report(
            f"{ANALYSIS}/pair_matrix.svg",
            caption="../report/pair_matrix.rst",
            category="Stack {stack} {polarization}",
            subcategory="Figures",
            labels={"figure": "pair matrix"},
        ),
        pair_matrix_png=f"{ANALYSIS}/pair_matrix.png",
        z_scores=report(
            f"{ANALYSIS}/z_scores.svg",
            caption="../report/z_scores.rst",
            category="Stack {stack} {polarization}",
            subcategory="Figures",
            labels={"figure": "z-scores"},
        ),
        z_scores_png=f"{ANALYSIS}/z_scores.png",
    log:
        "logs/{stack}/{polarization}/plot.log",
    conda:
        "../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=by_scenes(700, 2),
        runtime=minutes_by_scenes(10, 50),
    params:
        requirement=config["requirement"]["metres"],
        method=config["correlate"]["method"],
        code=code_digest("plot"),
    message:
        "Draw the figures of {wildcards.stack} {wildcards.polarization}"
    script:
        "../scripts/plot.py"
