rule tile:
    input:
        unpack(mask_matched_with),
        scene=rules.flatten.output.scene,
    output:
        # A folder, so that tiles of an earlier, finer cut do not stay behind.
        tiles=kept("tiles", directory("results/{stack}/{polarization}/tiles/{scene}")),
    log:
        "logs/{stack}/{polarization}/tile/{scene}.log",
    benchmark:
        "benchmarks/{stack}/{polarization}/tile/{scene}.tsv"
    conda:
        "../envs/raster.yaml"
    threads: 1
    resources:
        mem_mb=by_row(600, 3),
        runtime=minutes(10, 100),
    params:
        tiles=tiles_of,
        code=code_digest("tile"),
    message:
        "Cut {wildcards.scene} of {wildcards.stack} {wildcards.polarization} into tiles"
    script:
        "../scripts/tile.py"
