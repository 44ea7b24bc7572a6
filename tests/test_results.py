"""What a config may compare is said before any job."""

import pytest

from stackflow.results import labelled, within
from stackshift.errors import InputError


def test_stacks_by_name_and_tables_by_path():
    found = labelled(["hyp3", "opera", "../old run/scenes_{polarization}.csv"], ["opera", "hyp3"])
    assert found == {
        "hyp3": "hyp3",
        "opera": "opera",
        "..-old-run-scenes-polarization": "../old run/scenes_{polarization}.csv",
    }
    assert labelled([], ["a"]) == {}


@pytest.mark.parametrize(
    ("compared", "line"),
    [
        (["hyp3", "oprea"], "there is no stack 'oprea': did you mean 'opera'? There are hyp3, op"),
        (["hyp3"], "name two results at least"),
        (["old.csv", "hyp3"], "the first of them a stack"),
        (
            ["hyp3", "run_1.csv", "run-1.csv"],
            "run_1.csv and run-1.csv would both be called 'run-1'",
        ),
        (["hyp3", "opera", "opera.csv"], "opera and opera.csv would both be called 'opera'"),
    ],
)
def test_what_cannot_be_compared_is_refused(compared, line):
    with pytest.raises(InputError) as error:
        labelled(compared, ["hyp3", "opera"])
    assert line in str(error.value)


def test_results_are_known_by_absolute_paths_and_through_links(tmp_path):
    results = tmp_path / "elsewhere"
    (tmp_path / "results").symlink_to(results)
    found = within(tmp_path / "x" / ".." / "results" / "a" / "t.csv", str(results))
    assert found == "a/t.csv"
    assert within(str(tmp_path / "t.csv"), str(results)) is None
    assert within(str(tmp_path / "elsewhere2" / "t.csv"), str(results)) is None
