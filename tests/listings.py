"""Sheets of the two scenes of `two_scenes`, and what is found by them or said of them."""

import json
from datetime import datetime

from stackflow import finding
from stackshift.errors import InputError

ONE, TWO = "a/first_VV.tif", "a/second_VV.tif"
FIRST, SECOND = datetime(2022, 1, 1, 5, 23, 1), datetime(2022, 1, 13, 5, 23, 1)


def sheet(text, name="a/sheet.tsv"):
    data = text if isinstance(text, (bytes, str)) else json.dumps(text)
    with open(name, "wb") as target:
        target.write(data if isinstance(data, bytes) else data.encode())
    return name


def find(text, polarization="VV", name="a/sheet.tsv", **more):
    return listed(sheet(text, name), polarization, **more)


def listed(scenes, polarization="VV", **more):
    """The sources of a stack of sheets, of which nothing is missing."""
    found = finding.find("site", {"scenes": scenes} | more, polarization)
    assert found.bad == []
    return found.sources


def refusal(text, polarization="VV"):
    """What is said of a sheet that is wrong, or of the files that it lists and that are missing."""
    try:
        found = finding.find("site", {"scenes": sheet(text)}, polarization)
    except InputError as error:
        said = str(error)
        assert said.startswith(f"stack 'site', {polarization}: ")
    else:
        said = "; ".join(line for _, line in found.bad)
    assert said and "\n" not in said
    return said
