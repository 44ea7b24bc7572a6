rule score:
    input:
        pairs=rules.analyse.output.pairs,
        scenes=rules.locate.output.scenes,
    output:
        figure=report(
            f"{ANALYSIS}/truth.svg",
            caption="../report/truth.rst",
            category="Stack {stack} {polarization}",
            subcategory="Figures",
            labels={"figure": "estimates against the truth"},
        ),
        figure_png=f"{ANALYSIS}/truth.png",
    log:
        "logs/{stack}/{polarization}/score.log",
    conda:
        "../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=by_scenes(700, 2),
        runtime=minutes_by_scenes(10, 50),
    params:
        method=config["correlate"]["method"],
        code=code_digest("score"),
    message:
        "Draw the estimates of {wildcards.stack} {wildcards.polarization} against the truth"
    script:
        "../scripts/score.py"
