"""The report's front page: the verdict on each stack and polarization, and the config in force."""

import stackio.job as job

import logging

import jinja2
import yaml

from stackio import acted, files
from stackplot import cards, spoken
from stackshift.stack.digits import counted, short, with_error


def main(
    verdicts: list[str],
    pairs: list[str],
    overall: str,
    scenes: list[str],
    figures: list[str],
    pictures: list[str],
    comparisons: list[str],
    acted_on: list[dict],
    compared_to: list[dict],
    names: list[tuple[str, str]],
    before: list[str],
    links: list[dict],
    settings: dict,
    template: str,
    page: str,
    lines: str,
    front: str,
    effective: str,
) -> None:
    """Write the front page, a line on each product, and the config with all defaults filled in.

    Parameters
    ----------
    overall : JSON of the verdict over all stacks.
    verdicts, pairs, scenes : JSON of the verdict and CSVs of the pairs and scenes of each product.
    figures, pictures : the figure of the offsets in time of each product, as SVG and as PNG.
    comparisons : JSON of each comparison of two polarizations.
    acted_on : what may have been done with the offsets, as for `acted.rows_of`.
    compared_to : of each comparison of two results ``tells``, its JSON, and ``links``.
    names : stack and polarization of each product.
    before : folders of results that an earlier run made, and this one does not.
    links : of each product the files to look at: kind, and list of (text, path from the page).
    settings : the config in force.
    template : Jinja template of the page.
    page, lines, front, effective : HTML, text, text for the report's first page, YAML to write.
    """
    products = [
        cards.summary(files.read_json(verdict), table)
        | {"stack": stack, "polarization": polarization}
        for verdict, table, (stack, polarization) in zip(verdicts, pairs, names, strict=True)
    ]
    rows, missing = acted.rows_of(acted_on)
    drawn, painted = cards.embedded(figures, "svg+xml"), cards.embedded(pictures, "png")
    for i, product in enumerate(products):
        product["out"] = cards.scenes_out(scenes[i], product["requirement"]["metres"])
        product["links"], product["figure"], product["picture"] = links[i], drawn[i], painted[i]
        product["proof"] = next(
            (row for row in rows if row["kind"] == "proven" and row["stack"] == product["stack"]),
            None,
        )
    compared = [cards.compared_of(path) for path in comparisons]
    results = [one | acted.compared(one["tells"]) for one in compared_to]
    over_all = files.read_json(overall)
    stacks = len({one["stack"] for one in over_all["counted"]})
    in_force = yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    text = environment.from_string(template).render(
        products=products, compared=compared, before=before, config=in_force,
        with_error=with_error, counted=counted, short=short,
        acted=rows, missing=missing, results=results,
        # Where one stack alone counts all is said in its own card.
        overall=over_all | {"stacks": stacks} if stacks > 1 else None,
    )  # fmt: skip
    of_each, of_all = [*map(spoken.lines_on, products)], spoken.lines_on_all(over_all)
    # What stands last in the terminal, where one looks, stands first on a page.
    said = "".join(f"{line}\n" for line in (*of_each, *of_all))
    first = spoken.line_block("\n".join((*of_all, *of_each)))
    first += f"\n\n{spoken.front_of(products, compared)}{spoken.acted_of(rows, results)}"
    for path, content in ((page, text), (lines, said), (front, first), (effective, in_force)):
        with files.whole(path) as part:
            part.write_text(content, encoding="utf-8")
    logging.info("%d products", len(products))


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            verdicts=list(snakemake.input.verdicts),
            pairs=list(snakemake.input.pairs),
            overall=snakemake.input.overall,
            scenes=list(snakemake.input.scenes),
            figures=list(snakemake.input.figures),
            pictures=list(snakemake.input.pictures),
            comparisons=list(snakemake.input.comparisons),
            acted_on=list(snakemake.params.acted),
            compared_to=list(snakemake.params.compared),
            links=snakemake.params.links,
            names=snakemake.params.names,
            before=snakemake.params.before,
            settings=snakemake.params.settings,
            template=job.template(snakemake, "overview.html"),
            page=snakemake.output.page,
            lines=snakemake.output.lines,
            front=snakemake.output.front,
            effective=snakemake.output.settings,
        )
