rule tabulate:
    input:
        verdict=rules.verdict.output.table,
        scenes=rules.locate.output.scenes,
        pairs=rules.analyse.output.pairs,
        tiles=rules.locate.output.tiles,
    output:
        verdict=report(
            f"{ANALYSIS}/verdict.html",
            caption="../report/verdict.rst",
            category="Stack {stack} {polarization}",
            subcategory="Tables",
            labels={"table": "verdict"},
        ),
        scenes=report(
            f"{ANALYSIS}/scenes.html",
            caption="../report/scenes_table.rst",
            category="Stack {stack} {polarization}",
            subcategory="Tables",
            labels={"table": "scenes"},
        ),
        pairs=report(
            f"{ANALYSIS}/pairs.html",
            caption="../report/pairs_table.rst",
            category="Stack {stack} {polarization}",
            subcategory="Tables",
            labels={"table": "pairs"},
        ),
        tiles=report(
            f"{ANALYSIS}/tiles.html",
            caption="../report/tiles_table.rst",
            category="Stack {stack} {polarization}",
            subcategory="Tables",
            labels={"table": "tiles"},
        ),
    log:
        "logs/{stack}/{polarization}/tabulate.log",
    conda:
        "../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=by_scenes(500, 0.5),
        runtime=minutes_by_scenes(5, 200),
    params:
        title=["{stack}", "{polarization}"],
        template=template_digest("report/table.html"),
        code=code_digest("tabulate"),
    message:
        "Write the tables of {wildcards.stack} {wildcards.polarization} as pages"
    script:
        "../scripts/tabulate.py"


rule tabulate_comparison:
    input:
        rules.compare.output.table,
    output:
        report(
            "results/{stack}/comparison/{polarization}_{other}.html",
            caption="../report/comparison.rst",
            category="Stack {stack} {polarization}",
            subcategory="Tables",
            labels={"table": "{polarization} and {other}"},
        ),
    log:
        "logs/{stack}/tabulate/{polarization}_{other}.log",
    conda:
        "../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=by_scenes(500, 0.5),
        runtime=minutes_by_scenes(5, 200),
    params:
        title=["{stack}"],
        template=template_digest("report/table.html"),
        code=code_digest("tabulate"),
    message:
        "Write the comparison of {wildcards.polarization} with {wildcards.other} as a page"
    script:
        "../scripts/tabulate.py"
