"""The tables again as Parquet, typed, with the unit and meaning of each column in the file."""

import stackio.job as job

import logging
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from stackio import files
from stackshift.stack import table_columns


def main(tables: list[str], paths: list[str]) -> None:
    """Write each table as Parquet.

    Parameters
    ----------
    tables : CSVs to read, each named after a table of `table_columns.TABLES`.
    paths : Parquet files to write, in the same order.
    """
    for table, path in zip(tables, paths, strict=True):
        documented = table_columns.TABLES[Path(table).stem]
        kinds = {name: table_columns.kind(name, unit) for name, (unit, _) in documented.items()}
        found = pd.read_csv(table, dtype=kinds)
        fields = [
            pa.field(name, _TYPES[kinds[name]], metadata={"unit": unit, "description": text})
            for name, (unit, text) in documented.items()
            if name in found
        ]
        content = pa.Table.from_pandas(found, schema=pa.schema(fields), preserve_index=False)
        with files.whole(path) as part:
            pq.write_table(content.replace_schema_metadata(None), part, compression="zstd")
        logging.info("%s: %d rows", path, len(found))


_TYPES = {"string": pa.string(), "Int64": pa.int64(), "float64": pa.float64()}


if __name__ == "__main__":
    with job.logged(snakemake):
        main(list(snakemake.input), list(snakemake.output))
