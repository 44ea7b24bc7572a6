# Which scenes can be used, as a sheet that is read back as `scenes:`.
rule usable:
    input:
        scenes=lambda wildcards: best(wildcards.stack, "scenes.csv"),
    output:
        table="results/{stack}/scenes_usable.csv",
    log:
        "logs/{stack}/usable.log",
    wildcard_constraints:
        stack=REAL_STACK,
    conda:
        "../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        rows=lambda wildcards: listed(wildcards.stack, f"results/{wildcards.stack}"),
        unused=lambda wildcards: unused(wildcards.stack, f"results/{wildcards.stack}"),
        rule=config["usable"],
        requirement={
            key: config["requirement"][key]
            for key in ("metres", "shape", "confidence")
        },
        code=code_digest("usable"),
    message:
        "List which scenes of {wildcards.stack} can be used"
    script:
        "../scripts/usable.py"
