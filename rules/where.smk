rule where:
    input:
        unpack(
            lambda wildcards: {
                name: list(found.values())
                for name, found in looked_at(
                    wildcards.stack, wildcards.polarization
                ).items()
            }
        ),
        scenes=rules.locate.output.scenes,
        scene_tiles=rules.locate.output.scene_tiles,
        template=rules.template.output.image,
    output:
        tiles=f"{ANALYSIS}/where_tiles.csv",
        fits=f"{ANALYSIS}/where.csv",
        figure=report(
            f"{ANALYSIS}/where.svg",
            caption="../report/where.rst",
            category="Stack {stack} {polarization}",
            subcategory="Figures",
            labels={"figure": "where the error is"},
        ),
        png=f"{ANALYSIS}/where.png",
    log:
        "logs/{stack}/{polarization}/where.log",
    benchmark:
        "benchmarks/{stack}/{polarization}/where.tsv"
    wildcard_constraints:
        stack=REAL_STACK,
    conda:
        "../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=where_mb,
        runtime=minutes_by_scenes(10, 50),
    params:
        layers=lambda wildcards: {
            name: list(found)
            for name, found in looked_at(
                wildcards.stack, wildcards.polarization
            ).items()
        },
        tiles=tiles_of,
        absolute=ZERO.absolute,
        made_from=lambda wildcards: looked_at_from(
            wildcards.stack, wildcards.polarization
        ),
        code=code_digest("where"),
    message:
        "See where the error of {wildcards.stack} {wildcards.polarization} is"
    script:
        "../scripts/where.py"
