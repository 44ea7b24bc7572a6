rule verdict:
    input:
        scenes=rules.locate.output.scenes,
        findings=rules.locate.output.findings,
        unreadable=rules.analyse.output.unreadable,
    output:
        report=f"{ANALYSIS}/verdict.json",
        table=f"{ANALYSIS}/verdict.csv",
    log:
        "logs/{stack}/{polarization}/verdict.log",
    conda:
        "../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=by_scenes(500, 0.2),
        runtime=minutes_by_scenes(5, 200),
    params:
        requirement=config["requirement"],
        code=code_digest("verdict"),
    message:
        "Judge {wildcards.stack} {wildcards.polarization}"
    script:
        "../scripts/verdict.py"
