# A call a day: measures what is new, and fails in one line while something that began is not known.
rule watched:
    input:
        overview_of_before,
        scenes=located(),
        alerts=for_products(rules.watch.output.alerts),
    log:
        "logs/watched.log",
    # To be told once is enough.
    retries: 0
    conda:
        "../envs/stackshift.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        names=list(PRODUCTS),
        code=code_digest("watched"),
    message:
        "Has anything begun?"
    script:
        "../scripts/watched.py"
