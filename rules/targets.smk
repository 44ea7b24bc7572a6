# Targets to stop at a stage: `snakemake flattened`.


rule supersets:
    input:
        for_products(rules.inventory.output.grid),
        for_scenes(rules.superset.output.scene),


rule flattened:
    input:
        for_products(rules.inventory.output.grid),
        for_scenes(rules.flatten.output.scene),


rule tiled:
    input:
        for_products(rules.inventory.output.grid),
        for_scenes(rules.tile.output.tiles),


rule correlated:
    input:
        for_products(rules.inventory.output.grid),
        # A list, as Snakemake loses the first of what is made one by one.
        [path for product in PRODUCTS for path in measurements_of(*product)],


rule analysed:
    input:
        located(),
        tables(),
        comparisons(),


# The proof on the user's own ground: `snakemake injected`.


rule injected:
    input:
        for_products(rules.inventory.output.grid),
        for_products(
            *(
                f"results/{{stack}}{derived}/{{polarization}}/analysis/measurements.csv"
                for derived in ("", "@injected", "@boxes")
            ),
            "results/{stack}/{polarization}/injection/injection.json",
        ),


# What displacement costs a detector of changes: `snakemake detected`.


rule detected:
    input:
        located(),
        for_products(rules.detect.output.table),
        overview_of_before,


# The scenes moved by minus their offsets, and the proof: `snakemake corrected`, `snakemake proven`.


rule corrected:
    input:
        to_correct(),
        overview_of_before,


rule proven:
    input:
        to_correct(),
        located_again(),
        for_stacks(rules.prove.output.report),
        overview_of_before,


# A STAC item a scene: `snakemake catalogued`.


rule catalogued:
    input:
        located(),
        for_stacks(rules.catalogue.output.folder),
        overview_of_before,
