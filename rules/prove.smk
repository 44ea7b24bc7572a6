# The corrected stack, measured again in the same way, beside the stack as it was.
rule prove:
    input:
        before=lambda wildcards: best(wildcards.stack, "scenes.csv"),
        after=lambda wildcards: best(f"{wildcards.stack}@corrected", "scenes.csv"),
        tiles_before=in_all(f"{ANALYSIS}/scene_tiles.csv"),
        tiles_after=in_all(
            "results/{stack}@corrected/{polarization}/analysis/scene_tiles.csv"
        ),
        # Of several polarizations, which weigh the second time as they did the first.
        scenes_before=in_all(f"{ANALYSIS}/scenes.csv"),
        scenes_after=in_all(
            "results/{stack}@corrected/{polarization}/analysis/scenes.csv"
        ),
        verdict_before=lambda wildcards: best(wildcards.stack, "verdict.json"),
        verdict_after=lambda wildcards: best(
            f"{wildcards.stack}@corrected", "verdict.json"
        ),
        moves=rules.decide.output.moves,
        grid=lambda wildcards: (
            f"results/{wildcards.stack}/{polarizations_of(wildcards.stack)[0]}/grid.json"
        ),
    output:
        table=f"{CORRECTION}/proof.csv",
        report=f"{CORRECTION}/proof.json",
        figure=report(
            f"{CORRECTION}/proof.svg",
            caption="../report/proof.rst",
            category="Stack {stack}",
            subcategory="Figures",
            labels={"figure": "before and after the correction"},
        ),
        figure_png=f"{CORRECTION}/proof.png",
    log:
        "logs/{stack}/correct/prove.log",
    wildcard_constraints:
        stack=REAL_STACK,
    conda:
        "../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=700,
        runtime=10,
    params:
        polarizations=lambda wildcards: polarizations_of(wildcards.stack),
        requirement=config["requirement"],
        reference=lambda wildcards: reference_of(wildcards.stack),
        code=code_digest("prove"),
    message:
        "Compare {wildcards.stack} with its corrected scenes"
    script:
        "../scripts/prove.py"
