# What was done with the offsets, if it was: what the overview tells of it and leads to. Nothing of this is
# made for the overview's sake.
# The files that a target makes of each stack, or of each of its products.
ACTED = {
    "corrected": "results/{stack}/corrected/corrected.csv",
    "proven": "results/{stack}/corrected/proof.json",
    "catalogued": "results/{stack}/stac",
    "detected": "results/{stack}/{polarization}/detection/detection.json",
    "watched": "results/{stack}/{polarization}/watch/alerts.json",
}
OF_PRODUCTS = ("detected", "watched")


def made_by(target: str) -> list[str]:
    """What a target makes that the overview tells of."""
    of = for_products if target in OF_PRODUCTS else for_stacks
    return of(ACTED[target])


def asked_for(wildcards) -> list[str]:
    """What this call makes besides: the overview waits for it."""
    settings = workflow.dag_settings
    targets = set(settings.targets) if settings else set()
    return [path for target in ACTED if target in targets for path in made_by(target)]


def overview_of_before(wildcards) -> list[str]:
    """The overview where there is one, which is to tell of what a call makes later."""
    page = rules.overview.output.page
    return [page] if Path(placed(page)).is_file() else []


def acted() -> list[dict]:
    """A row for each thing that may have been done: what tells of it, what it leads to, and how it is made.

    ``than`` is the table that it rests on: what is older is of an earlier state of the stack.
    """
    rows = []
    for stack in STACKS:
        folder, names = f"results/{stack}", polarizations_of(stack)
        scenes = (f"{folder}/corrected/", "the corrected files")
        found = [
            (
                "usable",
                "",
                f"{folder}/scenes_usable.csv",
                [(f"{folder}/scenes_usable.csv", "which scenes can be used, a sheet")],
            ),
            (
                "corrected",
                "",
                ACTED["corrected"].format(stack=stack),
                [(f"{folder}/corrected/corrected.csv", "a sheet of them"), scenes],
            ),
            (
                "proven",
                "",
                ACTED["proven"].format(stack=stack),
                [
                    (f"{folder}/corrected/proof.svg", "before and after"),
                    (f"{folder}/corrected/proof.csv", "scene by scene"),
                ],
            ),
            (
                "catalogued",
                "",
                f"{folder}/stac/catalog.json",
                [(f"{folder}/stac/catalog.json", "the STAC catalogue")],
            ),
        ]
        if is_combined(stack):
            path = f"{folder}/combined"
            files = [
                (f"{path}/offset_per_pass.svg", "figure"),
                (f"{path}/scenes.csv", "one offset a pass"),
                (f"{path}/verdict.csv", "judged"),
                (f"{path}/why.csv", "why scenes lie apart"),
            ]
            found.insert(0, ("combined", "", f"{path}/verdict.json", files))
        for polarization in names:
            path = f"{folder}/{polarization}"
            found += [
                (
                    "detected",
                    polarization,
                    ACTED["detected"].format(stack=stack, polarization=polarization),
                    [
                        (f"{path}/detection/detection.svg", "figure"),
                        (f"{path}/detection/detection.csv", "scene by scene"),
                    ],
                ),
                (
                    "watched",
                    polarization,
                    ACTED["watched"].format(stack=stack, polarization=polarization),
                    [
                        (f"{path}/watch/watch.html", "control charts"),
                        (f"{path}/watch/history.csv", "the history"),
                    ],
                ),
            ]
        rows += [
            {
                "stack": stack,
                "polarization": polarization,
                "kind": kind,
                "tells": placed(tells),
                "than": placed(
                    f"{folder}/{polarization}/analysis/scenes.csv"
                    if polarization
                    else best(stack, "scenes.csv")
                ),
                "links": [(text, seen_from_results(path)) for path, text in links],
            }
            for kind, polarization, tells, links in found
        ]
    return rows


def seen_from_results(path: str) -> str:
    """A file of the results as the overview leads to it."""
    return path.removeprefix("results/")


def compared_told() -> list[dict]:
    """The comparisons of results that the config asks for, as the overview tells of them."""
    return [
        {
            "tells": placed(path.removesuffix(".csv") + ".json"),
            "links": [
                ("figure", seen_from_results(path.removesuffix(".csv") + ".svg")),
                ("scene by scene", seen_from_results(path)),
            ],
        }
        for path in compared_results()
        if path.endswith(".csv")
    ]
