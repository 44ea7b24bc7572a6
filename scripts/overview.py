"""The report's front page: the verdict on each stack and polarization, and the config in force."""

import base64
import csv
import logging
import math
import re
import textwrap
from pathlib import Path

import jinja2
import yaml

from stackio import acted, files, job
from stackshift.stack import columns
from stackshift.stack.digits import told, with_error

# Bytes of figures in the page: Chromium opens no frame of more than 2 MB, which is how the report
# shows it. What is beyond is linked.
ROOM = 1_000_000


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
    verdicts, pairs : JSON of the verdict and CSV of the pairs of each product.
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
        summary(files.read_json(verdict), table) | {"stack": stack, "polarization": polarization}
        for verdict, table, (stack, polarization) in zip(verdicts, pairs, names, strict=True)
    ]
    rows, missing = acted.rows_of(acted_on)
    drawn, painted = embedded(figures, "svg+xml"), embedded(pictures, "png")
    for i, product in enumerate(products):
        product["out"] = scenes_out(scenes[i], product["requirement"]["metres"])
        product["links"], product["figure"], product["picture"] = links[i], drawn[i], painted[i]
        product["proof"] = next(
            (row for row in rows if row["kind"] == "proven" and row["stack"] == product["stack"]),
            None,
        )
    compared = [compared_of(path) for path in comparisons]
    results = [one | acted.compared(one["tells"]) for one in compared_to]
    in_force = yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    text = environment.from_string(template).render(
        products=products, compared=compared, before=before, config=in_force,
        with_error=with_error, acted=rows, missing=missing, results=results,
    )  # fmt: skip
    lines_of_all = [*map(lines_on, products), *lines_on_all(files.read_json(overall))]
    said = "".join(f"{line}\n" for line in lines_of_all)
    first = f"{line_block(said)}\n\n{front_of(products, compared)}{acted_of(rows, results)}"
    for path, content in ((page, text), (lines, said), (front, first), (effective, in_force)):
        with files.whole(path) as part:
            part.write_text(content, encoding="utf-8")
    logging.info("%d products", len(products))


def summary(verdict: dict, pairs: str) -> dict:
    """What the front page says about one stack and polarization."""
    with open(pairs, newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return verdict | {
        "radial": verdict["criteria"]["radial"],
        "CE90": verdict["CE90"] | circle_told(verdict["CE90"]),
        "pairs_chosen": len(rows),
        "pairs_measured": sum(int(row[columns.COUNT]) > 0 for row in rows),
        "tiles": sum(int(row[columns.TILES]) for row in rows),
        "tiles_counted": sum(int(row[columns.COUNT]) for row in rows),
    }


def circle_told(circle: dict) -> dict[str, str]:
    """A circular error and its limits with the digits that the interval deserves."""
    size, low, high = circle["metres"], circle["low"], circle["high"]
    if size is None:
        return {}
    # An interval of 90 % is 3.3 standard errors wide.
    error = (size - low) / 1.645 if high is None else (high - low) / 3.29
    return {
        "told": told(size, error, ""),
        "low_told": told(low, error, ""),
        "high_told": told(high, error, ""),
    }


def embedded(figures: list[str], kind: str) -> list[str | None]:
    """Figures as data URIs; None for those that have no room in a page any more."""
    found: list[str | None] = []
    left = ROOM
    for path in figures:
        content = base64.b64encode(Path(path).read_bytes()).decode()
        left -= len(content)
        found.append(f"data:image/{kind};base64,{content}" if left >= 0 else None)
    return found


def scenes_out(scenes: str, requirement: float) -> list[dict]:
    """The scenes that lie beyond the requirement, stand out, or could not be measured."""
    found = []
    with open(scenes, newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            east, north, sigma_east, sigma_north = (
                float(row[name]) if row[name] else None
                for name in (columns.OFFSET_EAST, columns.OFFSET_NORTH, columns.SIGMA_EAST,
                             columns.SIGMA_NORTH)
            )  # fmt: skip
            radial = None if east is None or north is None else math.hypot(east, north)
            why = [row[columns.FLAG].replace(" ", ", ")] if row[columns.FLAG] else []
            if radial is not None and radial > requirement:
                why.append("beyond the requirement")
            if radial is None and row[columns.MESSAGE]:
                why.append(row[columns.MESSAGE])
            if why or radial is None:
                largest = max(sigma_east or 0, sigma_north or 0)
                found.append(
                    {
                        "scene": row[columns.SCENE],
                        "platform": row[columns.PLATFORM],
                        "east": with_error(east, sigma_east),
                        "north": with_error(north, sigma_north),
                        "radial": told(radial, largest, ""),
                        "why": ", ".join(why),
                    }
                )
    return found


def compared_of(path: str) -> dict:
    """What a comparison of two polarizations says: how far apart they are, and where too far."""
    first, second = Path(path).stem.split("_")
    found = files.read_json(path)
    return found | {"stack": Path(path).parts[-3], "first": first, "second": second}


def plain(text: str) -> str:
    """Text of which docutils takes nothing for markup."""
    return re.sub(r"([\\*`_|])", r"\\\1", text)


def acted_of(rows: list[dict], results: list[dict]) -> str:
    """What was done with the offsets, for the report's first page."""
    lines = [
        f"**{plain(' '.join(filter(None, (row['stack'], row['polarization']))))}: {row['name']}**, "
        f"{row['what']}: {plain(row['said'])}"
        f"{' (of an earlier state of the stack)' if row['old'] else ''}."
        for row in rows
    ]
    lines += [f"**{plain(one['names'])}**: {plain(one['said'])}." for one in results]
    return "".join(f"\n{line}\n" for line in lines)


def line_block(text: str) -> str:
    """Lines of text for the report's first page, which are broken where the page ends."""
    lines = [plain(line) for line in text.splitlines()]
    return "\n".join(f"| {line}" if line.startswith(" ") else f"| **{line}**" for line in lines)


def front_of(products: list[dict], compared: list[dict]) -> str:
    """The figures, the scenes that are out and the polarizations, for the report's first page."""
    blocks = []
    for product in products:
        name = f"{product['stack']} {product['polarization']}"
        out = [
            f"* {one['scene']}: "
            + (f"E {one['east']} m, N {one['north']} m, " if one["east"] else "")
            + one["why"]
            for one in product["out"][:6]
        ]
        more = len(product["out"]) - len(out)
        out += [f"* and {more} more: *Tables, scenes*"] if more else []
        blocks.append(f"**{name}: scenes that are out**\n\n" + ("\n".join(out) or "None."))
        if product["picture"]:
            # docutils takes no line of more than 10000 characters, and joins those of an address.
            lines = textwrap.wrap(product["picture"], 5000, break_on_hyphens=False)
            address = "\n   ".join(lines)
            blocks.append(f".. image:: {address}\n   :alt: Offset per scene of {name}")
    for one in compared:
        apart = [f"{axis} {one[axis]['rms']:.2g} m" for axis in ("east", "north")
                 if one[axis]["rms"] is not None]  # fmt: skip
        disagree = sorted({*one["east"]["disagree"], *one["north"]["disagree"]})
        blocks.append(
            f"**{one['stack']}: {one['first']} against {one['second']}**: "
            + (f"rms difference {', '.join(apart)}. " if apart else "not known. ")
            + (f"They disagree on {', '.join(disagree)}." if disagree else "They agree.")
        )
    return "\n\n".join(blocks) + "\n"


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


def lines_on_all(overall: dict) -> list[str]:
    """The verdict over all stacks in a few lines; none where one alone counts."""
    sites = {one["stack"] for one in overall["counted"]}
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
