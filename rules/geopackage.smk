rule geopackage:
    input:
        grid=rules.grid.output.grid,
        measurements=rules.analyse.output.measurements,
        tiles=rules.locate.output.tiles,
        scene_tiles=rules.locate.output.scene_tiles,
    output:
        tiles=f"{ANALYSIS}/tiles.gpkg",
    log:
        "logs/{stack}/{polarization}/geopackage.log",
    conda:
        "../envs/export.yaml"
    threads: 1
    resources:
        mem_mb=by_scenes(600, 2),
        runtime=minutes_by_scenes(10, 50),
    params:
        rows=config["tiles"]["rows"],
        columns=config["tiles"]["columns"],
        requirement=config["requirement"]["metres"],
        templates=template_digest(
            "report/qgis/footprints.qml", "report/qgis/arrows.qml"
        ),
        code=code_digest("geopackage"),
    message:
        "Write the tiles of {wildcards.stack} {wildcards.polarization} as a GeoPackage"
    script:
        "../scripts/geopackage.py"
