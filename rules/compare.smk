# Two polarizations of a stack, and results that `compare` names: the same acquisitions.
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
        names=["{polarization}", "{other}"],
        # Polarizations of one pass are one acquisition by name.
        seconds=0,
        code=code_digest("compare"),
    message:
        "Compare {wildcards.polarization} with {wildcards.other} of {wildcards.stack}"
    script:
        "../scripts/compare.py"


rule compare_results:
    input:
        unpack(tables_compared),
    output:
        table="results/comparison/{first}__{second}/{polarization}.csv",
        summary="results/comparison/{first}__{second}/{polarization}.json",
        figure=report(
            "results/comparison/{first}__{second}/{polarization}.svg",
            caption="../report/compared.rst",
            category="Overview",
            labels={"page": "{first} and {second}, {polarization}"},
        ),
        picture="results/comparison/{first}__{second}/{polarization}.png",
    log:
        "logs/comparison/{first}__{second}/{polarization}.log",
    wildcard_constraints:
        first="[^/]+?",
        second="[^/]+?",
    conda:
        "../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=700,
        runtime=10,
    params:
        names=["{first}", "{second}"],
        earlier=lambda wildcards: earlier_table(
            wildcards.second, wildcards.polarization
        ),
        written=lambda wildcards: stamp_of_earlier(
            wildcards.second, wildcards.polarization
        ),
        # Bursts, slices and frames of one pass start within half a minute.
        seconds=60,
        requirement=config["requirement"]["metres"],
        code=[code_digest("compare"), code_digest("apart")],
    message:
        "Compare {wildcards.first} with {wildcards.second}, {wildcards.polarization}"
    script:
        "../scripts/compare.py"
