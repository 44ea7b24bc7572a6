rule parquet:
    input:
        expand(f"{ANALYSIS}/{{table}}.csv", table=TABLES, allow_missing=True),
    output:
        expand(f"{ANALYSIS}/{{table}}.parquet", table=TABLES, allow_missing=True),
    log:
        "logs/{stack}/{polarization}/parquet.log",
    conda:
        "../envs/export.yaml"
    threads: 1
    resources:
        mem_mb=by_scenes(600, 1.5),
        runtime=minutes_by_scenes(10, 100),
    params:
        code=code_digest("parquet"),
    message:
        "Write the tables of {wildcards.stack} {wildcards.polarization} as Parquet"
    script:
        "../scripts/parquet.py"
