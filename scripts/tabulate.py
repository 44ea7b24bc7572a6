"""Tables as pages for the report, as a browser does not show a CSV: with units, to be sorted."""

import stackio.job as job

import csv
import logging
from pathlib import Path

import jinja2

from stackio import files
from stackshift.stack import check_columns, columns, table_columns
from stackshift.stack.digits import told


def main(tables: list[str], pages: list[str], template: str, title: str) -> None:
    """Write each table as a page.

    Parameters
    ----------
    tables : CSVs to read, each named after a table of `table_columns.TABLES` or a comparison.
    pages : HTML files to write, in the same order.
    template : Jinja template of a page.
    title : stack and polarization.
    """
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    page_of = environment.from_string(template)
    for table, page in zip(tables, pages, strict=True):
        name = Path(table).stem
        documented = table_columns.TABLES.get(name, check_columns.COMPARISON_TABLE)
        with open(table, newline="", encoding="utf-8") as lines:
            head, *rows = csv.reader(lines)
        about = [
            {
                "name": column,
                "unit": documented[column][0],
                "text": documented[column][1],
                "kind": "number" if documented[column][0] else "text",
            }
            for column in head
        ]
        shown = [
            [
                shorter(value, row, column["name"], head) if column["kind"] == "number" else value
                for value, column in zip(row, about, strict=True)
            ]
            for row in rows
        ]
        text = page_of.render(title=f"{title}: {name}", columns=about, rows=shown, zip=zip)
        with files.whole(page) as part:
            part.write_text(text, encoding="utf-8")
        logging.info("%s: %d rows", page, len(rows))


def shorter(number: str, row: list[str], name: str, head: list[str]) -> str:
    """A number to look at, with the digits that its standard error deserves.

    Without an error beside it in the row it has three decimals; the CSV has all of them.
    """
    if not number:
        return ""
    error = columns.ERRORS.get(name, name if name in columns.ERRORS.values() else None)
    sigma = float(row[head.index(error)]) if error in head and row[head.index(error)] else None
    if not sigma:
        return f"{float(number):.3f}".rstrip("0").rstrip(".")
    return told(float(number), sigma, "")


if __name__ == "__main__":
    with job.logged(snakemake):
        main(
            tables=list(snakemake.input),
            pages=list(snakemake.output),
            template=job.template(snakemake, "table.html"),
            title=" ".join(snakemake.params.title),
        )
