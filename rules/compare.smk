rule compare:
    input:
        first="results/{stack}/{polarization}/analysis/scenes.csv",
        second="results/{stack}/{other}/analysis/scenes.csv",
    output:
        table="results/{stack}/comparison/{polarization}_{other}.csv",
        summary="results/{stack}/comparison/{polarization}_{other}.json",
    log:
        "logs/{stack}/compare/{polarization}_{other}.log",
    wildcard_constraints:
        stack=JUDGED_STACK,
    conda:
        "../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=by_scenes(500, 0.2),
        runtime=minutes_by_scenes(5, 200),
    params:
        code=code_digest("compare"),
    message:
        "Compare {wildcards.polarization} with {wildcards.other} of {wildcards.stack}"
    script:
        "../scripts/compare.py"
