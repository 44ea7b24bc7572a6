"""Parquet: the same numbers as the CSV, typed, with a unit and a meaning for each column."""

import pandas as pd
import pyarrow.parquet as pq
import pytest

from stackshift.stack import table_columns


@pytest.mark.parametrize("name", table_columns.TABLES)
def test_a_table_has_the_numbers_of_its_csv_and_its_own_dictionary(finished, name):
    folder = finished.folder / "results" / "site" / "VV" / "analysis"
    schema = pq.read_schema(folder / f"{name}.parquet")
    known = [column for column in table_columns.TABLES[name] if not column.startswith("true_")]
    assert schema.names == known
    for field in schema:
        unit, text = table_columns.TABLES[name][field.name]
        assert field.metadata == {b"unit": unit.encode(), b"description": text.encode()}
    as_text = pd.read_csv(folder / f"{name}.csv", dtype=str)
    found = pd.read_parquet(folder / f"{name}.parquet")
    assert len(found) == len(as_text) > 0
    for column in found:
        if pd.api.types.is_numeric_dtype(found[column]):
            expected = as_text[column].astype(float)
            assert found[column].astype(float).equals(expected), column
        else:
            missing = as_text[column].isna()
            assert (found[column].isna() == missing).all()
            assert (found[column][~missing] == as_text[column][~missing]).all(), column


def test_scenes_are_text_and_tiles_are_whole_numbers(finished):
    folder = finished.folder / "results" / "site" / "VV" / "analysis"
    table = pd.read_parquet(folder / "measurements.parquet")
    assert table["reference"][0] == "20220125T000000"
    assert str(table["tile_number_x"].dtype).lower().startswith("int")
