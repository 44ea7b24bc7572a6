rule verdict:
    input:
        scenes=rules.locate.output.scenes,
        findings=rules.locate.output.findings,
        inventory=rules.inventory.output.inventory,
    output:
        report=f"{ANALYSIS}/verdict.json",
        table=f"{ANALYSIS}/verdict.csv",
    log:
        "logs/{stack}/{polarization}/verdict.log",
    conda:
        "../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        requirement=config["requirement"],
        code=code_digest("verdict"),
    message:
        "Judge {wildcards.stack} {wildcards.polarization}"
    script:
        "../scripts/verdict.py"
