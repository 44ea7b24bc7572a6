rule overall:
    input:
        verdicts=[
            *for_products(rules.verdict.output.report),
            *expand(rules.combine.output.report, stack=combined_stacks()),
        ],
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
        names=[
            *PRODUCTS,
            *((stack, in_one_word(stack)) for stack in combined_stacks()),
        ],
        counted=counted(),
        requirement=config["requirement"],
        code=code_digest("overall"),
    message:
        "Judge all stacks together"
    script:
        "../scripts/overall.py"
