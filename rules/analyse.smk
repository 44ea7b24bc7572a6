rule analyse:
    input:
        unpack(truth_of),
        correlation=rules.number.output.correlation,
    output:
        measurements=f"{ANALYSIS}/measurements.csv",
        pairs=report(
            f"{ANALYSIS}/pairs.csv",
            caption="../report/pairs_table.rst",
            category="{stack} {polarization}",
            subcategory="Tables",
            labels={"table": "pairs"},
        ),
        tiles=report(
            f"{ANALYSIS}/tiles.csv",
            caption="../report/tiles_table.rst",
            category="{stack} {polarization}",
            subcategory="Tables",
            labels={"table": "tiles"},
        ),
    log:
        "logs/{stack}/{polarization}/analyse.log",
    benchmark:
        "benchmarks/{stack}/{polarization}/analyse.tsv"
    conda:
        "../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code_digest("analyse"),
    message:
        "Analyse {wildcards.stack} {wildcards.polarization}"
    script:
        "../scripts/analyse.py"
