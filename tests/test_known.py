"""A name in a path of results that there is nothing of is told in a line."""

import pytest
from conftest import Workspace, small_stack

from stackflow.known import Known
from stackshift.errors import InputError


@pytest.mark.parametrize(
    ("things", "key", "line"),
    [
        (["site", "other"], "sites", "thing 'sites': did you mean 'site'? There are other, site"),
        ([("site", "VV")], ("site", "VH"), "'site/VH': did you mean 'site/VV'? There are site/VV"),
        ([f"{i:02}" for i in range(20)], "x", "thing 'x': There are 20, 00 to 19"),
        ([], "x", "thing 'x': There are none"),
    ],
)
def test_what_is_not_there_is_told_with_what_is(things, key, line):
    known = Known(dict.fromkeys(things, 1), "thing")
    with pytest.raises(InputError) as error:
        known[key]
    assert str(error.value).startswith("there is no thing ") and line in str(error.value)
    assert key not in known and known.get(key) is None


def test_a_mistyped_file_is_one_line(tmp_path):
    small_stack(tmp_path / "scenes")
    config = {"stacks": {"site": {"directory": "scenes"}}, "tiles": {"rows": 1, "columns": 1}}
    for target, line in (
        ("site/VH/grid.json", "no stack and polarization 'site/VH': did you mean 'site/VV'?"),
        ("b@injected/VV/analysis/measurements.csv", "no stack and polarization 'b/VV'"),
        ("b/combined/scenes.csv", "no stack 'b': There are site"),
        (
            "site/VV/offsets/20300101T000000.json",
            "no scene of site/VV '20300101T000000': did you",
        ),
        ("comparison/site__x/VV.csv", "no compared result 'site': There are none"),
    ):
        text = Workspace(tmp_path, config).run("--dry-run", f"results/{target}").text
        assert f"Error: there is {line}" in " ".join(text.split())
        assert "Traceback" not in text and "Wildcards" not in text
