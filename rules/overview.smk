rule overview:
    input:
        verdicts=for_products(rules.verdict.output.report),
        pairs=for_products(rules.analyse.output.pairs),
        overall=rules.overall.output.report,
        scenes=for_products(rules.locate.output.scenes),
        figures=for_products(rules.plot.output.offset_per_scene),
        pictures=for_products(rules.plot.output.offset_per_scene_png),
        comparisons=lambda wildcards: [
            path.removesuffix(".csv") + ".json" for path in comparisons()
        ],
        compared=lambda wildcards: compared_results(),
        passes=lambda wildcards: passes(),
        usable=lambda wildcards: for_stacks(rules.usable.output.table),
        acted=asked_for,
    output:
        page=report(
            "results/overview.html",
            caption="../report/overview.rst",
            category="Overview",
            labels={"page": "verdicts and config"},
        ),
        lines="results/verdicts.txt",
        front="results/front.rst",
        settings="results/config.yaml",
    log:
        "logs/overview.log",
    conda:
        "../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        names=list(PRODUCTS),
        acted=lambda wildcards: acted(),
        compared=lambda wildcards: compared_told(),
        before=lambda wildcards: of_before(),
        links=lambda wildcards: [links(*product) for product in PRODUCTS],
        settings=lambda wildcards: config,
        template=template_digest("report/overview.html"),
        code=code_digest("overview"),
    message:
        "Write the overview"
    script:
        "../scripts/overview.py"
