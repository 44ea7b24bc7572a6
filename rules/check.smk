rule check:
    output:
        report="results/{stack}/{polarization}/check.json",
    log:
        "logs/{stack}/{polarization}/check.log",
    wildcard_constraints:
        stack=REAL_STACK,
    # First, so that next to nothing is done before it has passed. That it is no input of the others
    # keeps them from running again after a look at a scene that was added.
    priority: 1000
    conda:
        "../envs/raster.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=20,
    params:
        scenes=lambda wildcards: {
            name: scene.path for name, scene in checked(wildcards).items()
        },
        written=lambda wildcards: written(wildcards.stack, checked(wildcards).values()),
        unreadable=config["check"]["unreadable"],
        together=lambda wildcards: extent_of(wildcards.stack)[0] != "bounds",
        code=code_digest("check"),
    message:
        "Look at the scenes of {wildcards.stack} {wildcards.polarization}"
    script:
        "../scripts/check.py"
