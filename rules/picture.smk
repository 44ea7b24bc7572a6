rule picture:
    input:
        image=rules.template.output.image,
    output:
        picture=report(
            "results/{stack}/{polarization}/template/template.png",
            caption="../report/template.rst",
            category="Stack {stack} {polarization}",
            subcategory="Figures",
            labels={"figure": "template"},
        ),
        style="results/{stack}/{polarization}/template/template.qml",
    log:
        "logs/{stack}/{polarization}/picture.log",
    wildcard_constraints:
        stack=REAL_STACK,
    conda:
        "../envs/export.yaml"
    threads: 1
    resources:
        mem_mb=memory(500, 0.2),
        runtime=minutes(10, 100),
    params:
        longest=1600,
        template=template_digest("report/qgis/image.qml"),
        code=code_digest("picture"),
    message:
        "Draw the template of {wildcards.stack} {wildcards.polarization}"
    script:
        "../scripts/picture.py"
