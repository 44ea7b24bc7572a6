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
    overall: str,
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
    overall : JSON of the verdict over all stacks.
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
    lines_of_all = [*map(lines_on, products), *lines_on_all(files.read_json(overall), names)]
    said = "".join(f"{line}\n" for line in lines_of_all)
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
        "pairs_chosen": len(rows),
        "pairs_measured": sum(int(row[columns.COUNT]) > 0 for row in rows),
        "tiles": sum(int(row[columns.TILES]) for row in rows),
        "tiles_counted": sum(int(row[columns.COUNT]) for row in rows),
    }


def lines_on(product: dict) -> str:
    """The verdict on one stack and polarization in a few short lines."""
    answers = product["answers"].values()
    return "\n  ".join(
        [
            f"{product['stack']} {product['polarization']}: {product['verdict'].upper()}",
            *(f"these: {answer['text_these']}" for answer in answers),
            *(f"in general: {answer['text_general']}" for answer in answers),
            *(f"look at: {why['cause']}: {why['text']}" for why in product["to_look_at"]),
            f"{product['tiles_counted']} of {product['tiles']} tiles count "
            f"in {product['pairs_chosen']} pairs",
        ]
    )


def lines_on_all(overall: dict, names: list[tuple[str, str]]) -> list[str]:
    """The verdict over all stacks in a few lines; none for one stack, of which all is said."""
    sites = {stack for stack, _ in names}
    if len(sites) < 2:
        return []
    lines = [f"all {len(sites)} stacks: {overall['verdict'].upper()}"]
    for answer in overall["answers"].values():
        lines += [f"  these: {answer['text_these']}", f"  in general: {answer['text_general']}"]
    return lines


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            verdicts=list(snakemake.input.verdicts),
            pairs=list(snakemake.input.pairs),
            overall=snakemake.input.overall,
            names=snakemake.params.names,
            settings=snakemake.params.settings,
            template=job.template(snakemake, "overview.html"),
            page=snakemake.output.page,
            lines=snakemake.output.lines,
            effective=snakemake.output.settings,
        )
