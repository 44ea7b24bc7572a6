# What a run makes.
FIGURES = (
    "offset_per_scene",
    "shift_per_pair",
    "offset_per_tile",
    "tile_errors",
    "pair_matrix",
    "z_scores",
    "tile_offset_map",
    "scene_maps",
)


def figures_of(stack: str, polarization: str) -> list[str]:
    """The names of the figures of a stack and polarization, as far as what they show is known."""
    asked = {
        "truth": is_simulated(stack),
        "range_azimuth": has_looks(stack, polarization),
        "where": bool(layers_looked_at(stack, polarization)),
    }
    return [*FIGURES, *(name for name, known in asked.items() if known)]


def tables() -> list[str]:
    """The tables of all stacks and polarizations."""
    return for_products(*(f"{ANALYSIS}/{name}.csv" for name in TABLES))


def figures() -> list[str]:
    """The figures of all stacks and polarizations."""
    return [
        f"results/{stack}/{polarization}/analysis/{name}.{suffix}"
        for stack, polarization in PRODUCTS
        for name in figures_of(stack, polarization)
        for suffix in ("png", "svg")
    ]


def links(stack: str, polarization: str) -> dict[str, list[tuple[str, str]]]:
    """What the overview leads to, by kind: (text, path from the overview)."""
    product = f"{stack}/{polarization}"
    drawn = figures_of(stack, polarization)
    shown = ("scenes", "pairs", "tiles", "verdict")
    passes = f"{stack}/combined/offset_per_pass.svg"
    return {
        "explore": [
            (
                "click through scenes, pairs and tiles",
                f"{product}/analysis/explore.html",
            )
        ],
        "figures": [
            *(
                (name.replace("_", " "), f"{product}/analysis/{name}.svg")
                for name in drawn
            ),
            *([("offset per pass", passes)] if is_combined(stack) else []),
        ],
        "tables": [
            *((name, f"{product}/analysis/{name}.html") for name in shown),
            *((f"{name}.csv", f"{product}/analysis/{name}.csv") for name in TABLES),
            ("scenes_usable.csv", f"{stack}/scenes_usable.csv"),
            *(
                [
                    (f"combined/{name}.csv", f"{stack}/combined/{name}.csv")
                    for name in ("scenes", "why")
                ]
                if is_combined(stack)
                else []
            ),
            ("inventory.json", f"{product}/inventory.json"),
        ],
        "tables as parquet": [
            (f"{name}.parquet", f"{product}/analysis/{name}.parquet") for name in TABLES
        ],
        "maps": [
            ("tiles.qgz for QGIS", f"{product}/analysis/tiles.qgz"),
            ("tiles.gpkg", f"{product}/analysis/tiles.gpkg"),
            ("template.tif", f"{product}/template/template.tif"),
            ("template.png", f"{product}/template/template.png"),
        ],
        "folders": [
            ("all tables and figures", f"{product}/analysis/"),
            ("quicklooks", f"{product}/quicklook/superset/"),
        ],
    }


def exports() -> list[str]:
    """What opens elsewhere: Parquet for the tables, a GeoPackage and a project for the tiles, quicklooks."""
    return [
        *for_products(*(f"{ANALYSIS}/{name}.parquet" for name in TABLES)),
        *for_products(f"{ANALYSIS}/tiles.gpkg", f"{ANALYSIS}/tiles.qgz"),
        *for_products(rules.picture.output.picture),
        *for_scenes("results/{stack}/{polarization}/quicklook/superset/{scene}.png"),
    ]


def pages() -> list[str]:
    """The tables as pages for the report, and the pages to explore."""
    return [
        *for_products(rules.explore.output.page),
        *for_products(f"{ANALYSIS}/scenes.html"),
        *(path.removesuffix(".csv") + ".html" for path in comparisons()),
    ]


def passes() -> list[str]:
    """One offset a pass of each stack that has several polarizations."""
    return expand(
        [
            rules.combine.output.scenes,
            rules.draw_combined.output.figure,
            rules.draw_combined.output.figure_png,
        ],
        stack=combined_stacks(),
    )
