# Scenes moved by minus their offsets. They make a stack of their own, "{stack}@corrected", which the
# stages treat like any other.
CORRECTION = "results/{stack}/corrected"


rule decide:
    input:
        scenes=lambda wildcards: best(wildcards.stack, "scenes.csv"),
    output:
        moves=f"{CORRECTION}/moves.json",
    log:
        "logs/{stack}/correct/decide.log",
    wildcard_constraints:
        stack=REAL_STACK,
    conda:
        "../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        when=config["correct"]["when"],
        requirement={key: config["requirement"][key] for key in ("metres", "shape")},
        reference=lambda wildcards: reference_of(wildcards.stack),
        code=code_digest("decide"),
    message:
        "Decide which scenes of {wildcards.stack} are moved, and by how much"
    script:
        "../scripts/decide.py"


rule correct:
    input:
        made=lambda wildcards: made(wildcards.stack, [scene_of(wildcards)]),
        moves=rules.decide.output.moves,
    output:
        # A folder, as a scene has as many files as it has.
        folder=directory(f"{CORRECTION}/{{polarization}}/{{scene}}"),
        record=f"{CORRECTION}/{{polarization}}/{{scene}}.json",
    log:
        "logs/{stack}/{polarization}/correct/{scene}.log",
    wildcard_constraints:
        stack=REAL_STACK,
    conda:
        "../envs/raster.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        sources=to_move,
        grid=grid_of,
        written=lambda wildcards: written(wildcards.stack, [scene_of(wildcards)]),
        relative_to=lambda wildcards: in_words(wildcards.stack),
        code=code_digest("correct"),
    message:
        "Move {wildcards.scene} of {wildcards.stack} {wildcards.polarization} by minus its offset"
    script:
        "../scripts/correct.py"


rule resample:
    input:
        folder=rules.correct.output.folder,
    output:
        scene=f"{CORRECTION}/{{polarization}}/{{scene}}.tif",
    log:
        "logs/{stack}/{polarization}/resample/{scene}.log",
    wildcard_constraints:
        stack=REAL_STACK,
    conda:
        "../envs/estimate.yaml"
    threads: 1
    resources:
        mem_mb=memory(600, 0.3, read_in_place),
        runtime=minutes(10, 100, read_in_place),
    params:
        files=vrts_of,
        grid=grid_of,
        resampling=config["superset"]["resampling"],
        mosaic=config["superset"]["mosaic"],
        no_data=config["superset"]["nodata"],
        platform=lambda wildcards: scene_of(wildcards).platform,
        code=code_digest("superset"),
    message:
        "Resample the corrected {wildcards.scene} of {wildcards.stack} {wildcards.polarization} onto the grid"
    script:
        "../scripts/superset.py"


rule list_corrected:
    input:
        records=lambda wildcards: corrections_of(wildcards.stack),
        scenes=lambda wildcards: delivered(wildcards.stack),
    output:
        table=f"{CORRECTION}/corrected.csv",
    log:
        "logs/{stack}/correct/list_corrected.log",
    wildcard_constraints:
        stack=REAL_STACK,
    conda:
        "../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        rows=lambda wildcards: listed(
            wildcards.stack, f"results/{wildcards.stack}/corrected"
        ),
        delivered=config["correct"]["as"],
        code=code_digest("list_corrected"),
    message:
        "List the corrected scenes of {wildcards.stack}"
    script:
        "../scripts/list_corrected.py"
