"""The report's front page: the verdict on each stack and polarization, and the config in force."""

import csv
import logging

import jinja2
import yaml

from stackio import files, job
from stackshift.stack import columns


def main(
    verdicts: list[str],
    pairs: list[str],
    names: list[tuple[str, str]],
    settings: dict,
    template: str,
    page: str,
    lines: str,
    effective: str,
) -> None:
    """Write the front page, a line on each product, and the config with all defaults filled in.

    Parameters
    ----------
    verdicts, pairs : JSON of the verdict and CSV of the pairs of each product.
    names : stack and polarization of each product.
    settings : the config in force.
    template : Jinja template of the page.
    page, lines, effective : HTML, text and YAML to write.
    """
    products = [
        summary(files.read_json(verdict), table) | {"stack": stack, "polarization": polarization}
        for verdict, table, (stack, polarization) in zip(verdicts, pairs, names, strict=True)
    ]
    in_force = yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    text = environment.from_string(template).render(products=products, config=in_force)
    said = "".join(f"{lines_on(product)}\n" for product in products)
    for path, content in ((page, text), (lines, said), (effective, in_force)):
        with files.whole(path) as part:
            part.write_text(content, encoding="utf-8")
    logging.info("%d products", len(products))


def summary(verdict: dict, pairs: str) -> dict:
    """What the front page says about one stack and polarization."""
    with open(pairs, newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return verdict | {
        "radial": verdict["criteria"]["radial"],
        "pairs": len(rows),
        "pairs_measured": sum(int(row[columns.COUNT]) > 0 for row in rows),
        "tiles": sum(int(row[columns.TILES]) for row in rows),
        "tiles_counted": sum(int(row[columns.COUNT]) for row in rows),
    }


def lines_on(product: dict) -> str:
    """The verdict on one stack and polarization in a few short lines."""
    radial, worst = product["radial"], product["worst_scene"]
    missing = radial["scenes"] - radial["measured"]
    return (
        f"{product['stack']} {product['polarization']}: {product['verdict'].upper()}, "
        f"{radial['within']} of {radial['scenes']} scenes within "
        f"{product['requirement']['metres']:g} m"
        + (f", {missing} not measured" if missing else "")
        + (f"\n  farthest off: {worst['scene']} by {worst['metres']:.2f} m" if worst else "")
        + f"\n  {product['tiles_counted']} of {product['tiles']} tiles in {product['pairs']} pairs"
    )


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            verdicts=list(snakemake.input.verdicts),
            pairs=list(snakemake.input.pairs),
            names=snakemake.params.names,
            settings=snakemake.params.settings,
            template=job.template(snakemake, "overview.html"),
            page=snakemake.output.page,
            lines=snakemake.output.lines,
            effective=snakemake.output.settings,
        )
