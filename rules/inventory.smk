# A record of what was found when the config was read; no stage waits for it.
rule inventory:
    output:
        grid="results/{stack}/{polarization}/grid.json",
        inventory="results/{stack}/{polarization}/inventory.json",
    log:
        "logs/{stack}/{polarization}/inventory.log",
    wildcard_constraints:
        stack=JUDGED_STACK,
    conda:
        "../envs/raster.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        grid=grid_of,
        scenes=lambda wildcards: {
            name: {
                "platform": scene.platform,
                "files": scene.paths,
                "attributes": scene.attributes(),
            }
            for name, scene in scenes_of(wildcards).items()
        },
        noticed=noticed,
        code=code_digest("inventory"),
    message:
        "Record the scenes and the common grid of {wildcards.stack} {wildcards.polarization}"
    script:
        "../scripts/inventory.py"
