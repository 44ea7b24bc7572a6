rule overall:
    input:
        verdicts=for_products(rules.verdict.output.report),
    output:
        report="results/verdict_all.json",
        table="results/verdict_all.csv",
    log:
        "logs/overall.log",
    conda:
        "../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        names=list(PRODUCTS),
        requirement=config["requirement"],
        code=code_digest("overall"),
    message:
        "Judge all stacks together"
    script:
        "../scripts/overall.py"
