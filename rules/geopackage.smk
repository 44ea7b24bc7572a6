rule geopackage:
    input:
        grid=rules.inventory.output.grid,
        measurements=rules.analyse.output.measurements,
        tiles=rules.locate.output.tiles,
        scene_tiles=rules.locate.output.scene_tiles,
    output:
        tiles=f"{ANALYSIS}/tiles.gpkg",
        project=f"{ANALYSIS}/tiles.qgz",
    log:
        "logs/{stack}/{polarization}/geopackage.log",
    conda:
        "../envs/export.yaml"
    threads: 1
    resources:
        mem_mb=by_scenes(600, 2),
        runtime=minutes_by_scenes(10, 50),
    params:
        tiles=tiles_of,
        requirement=config["requirement"]["metres"],
        templates=template_digest(
            *(
                f"report/qgis/{name}.qml"
                for name in ("footprints", "arrows", "status")
            ),
            "report/qgis/image.qml",
            "report/qgis/project.qgs",
        ),
        code=code_digest("geopackage"),
    message:
        "Write the tiles of {wildcards.stack} {wildcards.polarization} as a GeoPackage"
    script:
        "../scripts/geopackage.py"
