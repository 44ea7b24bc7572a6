rule overview:
    input:
        verdicts=for_products(rules.verdict.output.report),
        pairs=for_products(rules.analyse.output.pairs),
        overall=rules.overall.output.report,
    output:
        page=report(
            "results/overview.html",
            caption="../report/overview.rst",
            category="Overview",
            labels={"page": "verdicts and config"},
        ),
        lines="results/verdicts.txt",
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
        settings=lambda wildcards: config,
        template=template_digest("report/overview.html"),
        code=code_digest("overview"),
    message:
        "Write the overview"
    script:
        "../scripts/overview.py"
