from stackflow.watching import check_known, known_of

try:
    check_known(config["watch"]["known"], PRODUCTS)
except InputError as error:
    raise WorkflowError(str(error)) from None


rule watch:
    input:
        scenes=rules.locate.output.scenes,
    output:
        # It cannot be made again: never deleted before a job nor after one that failed.
        history=update("results/{stack}/{polarization}/watch/history.csv"),
        table="results/{stack}/{polarization}/watch/watch.csv",
        alerts="results/{stack}/{polarization}/watch/alerts.json",
        figure=report(
            "results/{stack}/{polarization}/watch/charts.svg",
            caption="../report/watch.rst",
            category="Stack {stack} {polarization}",
            subcategory="Figures",
            labels={"figure": "control charts"},
        ),
        picture="results/{stack}/{polarization}/watch/charts.png",
        page="results/{stack}/{polarization}/watch/watch.html",
    log:
        "logs/{stack}/{polarization}/watch.log",
    wildcard_constraints:
        stack=REAL_STACK,
    conda:
        "../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=by_scenes(600, 0.5),
        runtime=minutes_by_scenes(5, 200),
    params:
        run_length=config["watch"]["run_length"],
        first=config["watch"]["first"],
        known=lambda wildcards: known_of(config["watch"]["known"], *wildcards[:2]),
        code=code_digest("watch"),
    message:
        "Watch {wildcards.stack} {wildcards.polarization}"
    script:
        "../scripts/watch.py"
