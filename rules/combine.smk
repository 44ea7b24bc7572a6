# One offset a pass where a stack has several polarizations.
COMBINED = "results/{stack}/combined"


rule combine:
    input:
        scenes=in_all(f"{ANALYSIS}/scenes.csv"),
        pairs=in_all(f"{ANALYSIS}/pairs.csv"),
        inventory=in_all("results/{stack}/{polarization}/inventory.json"),
        findings=in_all(f"{ANALYSIS}/findings.json"),
        verdict=in_all(f"{ANALYSIS}/verdict.json"),
    output:
        scenes=f"{COMBINED}/scenes.csv",
        pairs=f"{COMBINED}/pairs.csv",
        why=f"{COMBINED}/why.csv",
        report=f"{COMBINED}/verdict.json",
        table=f"{COMBINED}/verdict.csv",
    log:
        "logs/{stack}/combine.log",
    benchmark:
        "benchmarks/{stack}/combine.tsv"
    wildcard_constraints:
        stack=JUDGED_STACK,
    conda:
        "../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=600,
        runtime=10,
    params:
        polarizations=lambda wildcards: polarizations_of(real(wildcards.stack)),
        requirement=config["requirement"],
        reference=lambda wildcards: reference_of(wildcards.stack),
        chosen=lambda wildcards: pairs_together(real(wildcards.stack)),
        code=code_digest("combine"),
    message:
        "Combine the polarizations of {wildcards.stack}"
    script:
        "../scripts/combine.py"


rule draw_combined:
    input:
        combined=rules.combine.output.scenes,
        report=rules.combine.output.report,
        scenes=in_all(f"{ANALYSIS}/scenes.csv"),
    output:
        figure=report(
            f"{COMBINED}/offset_per_pass.svg",
            caption="../report/offset_per_pass.rst",
            category="Stack {stack}",
            subcategory="Figures",
            labels={"figure": "offset per pass"},
        ),
        figure_png=f"{COMBINED}/offset_per_pass.png",
    log:
        "logs/{stack}/draw_combined.log",
    wildcard_constraints:
        stack=JUDGED_STACK,
    conda:
        "../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=700,
        runtime=10,
    params:
        polarizations=lambda wildcards: polarizations_of(real(wildcards.stack)),
        requirement=config["requirement"]["metres"],
        code=code_digest("draw_combined"),
    message:
        "Draw the combined offsets of {wildcards.stack}"
    script:
        "../scripts/draw_combined.py"
