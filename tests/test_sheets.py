"""Scene sheets: tables, GeoJSON, and ASF's search exports; no content crashes."""

import json
import os
import re
import shutil
import zipfile
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from listings import FIRST, ONE, SECOND, TWO, find, refusal, sheet
from makers import hyp3_name

from stackflow import finding, rows
from stackshift.errors import InputError

pytestmark = pytest.mark.usefixtures("two_scenes")


TABLES = {
    "tabs": "path\tdatetime\nfirst_VV.tif\t2022-01-01T05:23:01\nsecond_VV.tif\t20220113T052301Z\n",
    "commas": "path,datetime\nfirst_VV.tif,2022-01-01 05:23:01\nsecond_VV.tif,20220113T052301.8Z",
    "semicolons": "path;datetime\nfirst_VV.tif;2022-01-01T06:23:01+01:00\nsecond_VV.tif;"
    "2022-01-13 05:23:01 UTC\n",
    "blanks, case, order, BOM, CRLF, empty lines": "\ufeff\r\n DateTime \t Path \r\n\r\n"
    " 2022-01-01T05:23:01 \t first_VV.tif  \r\n\t\r\n2022-01-13T05:23:01\tsecond_VV.tif\r\n",
    "old Macintosh": "path\tdatetime\rfirst_VV.tif\t2022-01-01T05:23:01\rsecond_VV.tif\t"
    "2022-01-13T05:23:01",
    "quoted": 'path,note,datetime\n"first_VV.tif","a, ""b""","2022-01-01T05:23:01"\n'
    'second_VV.tif,5" wide,2022-01-13T05:23:01\n',
    "line breaks in quotes, of each kind, and in the header": 'path,"note\nof mine",datetime\r\n'
    'first_VV.tif,"a, ""b""\n\r\nc\rd, ",2022-01-01T05:23:01\r\n'
    '"second_VV.tif","\n",2022-01-13T05:23:01\r\n',
    "long fields": "path,wkt,datetime\n"
    f'first_VV.tif,"POLYGON(({"1 2," * 50_000}))",2022-01-01T05:23:01\n'
    f"second_VV.tif,{'x' * 200_000},2022-01-13T05:23:01\n",
    "units in the header": "Path,Datetime (UTC)\nfirst_VV.tif,2022-01-01T05:23:01\n"
    "second_VV.tif,2022-01-13T05:23:01\n",
    "bands by polarization": "path,datetime,band,platform\nfirst_VV.tif,2022-01-01T05:23:01,VV,S1\n"
    "first_VH.tif,2022-01-01T05:23:01,VH,S1\nsecond_VV.tif,2022-01-13T05:23:01,VV,Sentinel-1\n",
    "date and time": "file,date,time\nfirst_VV.tif,2022-01-01,5:23:01\n"
    "second_VV.tif,2022-01-13,05:23:01\n",
    "time of day as a number, its first 0 lost": "file,date,time\nfirst_VV.tif,2022-01-01,52301\n"
    "second_VV.tif,20220113,052301.0\n",
    "date and start time": "path,date,start time\nfirst_VV.tif,2022-01-01 00:00:00,5:23:01\n"
    "second_VV.tif,2022-01-13,052301Z\n",
    "acquisition date and time": "path,Acquisition Date,Acquisition Time\n"
    "first_VV.tif,2022-01-01,06:23:01+01:00\nsecond_VV.tif,2022-01-13,05:23:01 UTC\n",
    "a date, and a time that holds it too": "path,date,time\n"
    "first_VV.tif,2022-01-01,2022-01-01T05:23:01\nsecond_VV.tif,20220113,2022-01-13 05:23:01\n",
    "placeholder": "path\tdatetime\nfirst_{polarization}.tif\t2022-01-01T05:23:01\n"
    "second_{polarization}.tif\t2022-01-13T05:23:01\n",
    "a column of polarizations": "path,datetime,polarization\n"
    "first_VV.tif,2022-01-01T05:23:01,VV\nfirst_VH.tif,2022-01-01T05:23:01,vh\n"
    "second_{polarization}.tif,2022-01-13T05:23:01,VV+VH\n",
    "both polarizations without a column": "path,datetime\n"
    "first_VV.tif,2022-01-01T05:23:01\nfirst_VH.tif,2022-01-01T05:23:01\n"
    "second_VV.tif,2022-01-13T05:23:01\nsecond_VH.tif,2022-01-13T05:23:01\n",
}


@pytest.mark.parametrize("text", TABLES.values(), ids=TABLES)
def test_tables(text):
    found = find(text)
    assert [(s.path, s.time, s.dated) for s in found] == [(ONE, FIRST, True), (TWO, SECOND, True)]
    assert [s.remarks for s in found] == [(), ()]


def test_optional_columns():
    (source,) = find(
        "path,datetime,Platform,band,Track,direction,values,burst,processed\n"
        "first_VV.tif,2022-01-01,Sentinel-1A,2,T137,DESCENDING,dB,t137_292319_iw2,2022-02-01\n"
    )
    assert (source.time, source.dated) == (datetime(2022, 1, 1), False)
    assert (source.platform, source.band, source.track) == ("S1A", 2, 137)
    assert (source.direction, source.values) == ("descending", "decibel")
    assert (source.burst, source.processed) == ("T137-292319-IW2", datetime(2022, 2, 1))


def test_the_time_of_a_row_without_one_is_that_of_its_name():
    name = hyp3_name("20220115T134101")
    open(f"a/{name}", "wb").close()
    (source,) = find(f"path\n{name}\n")
    assert (source.time, source.platform) == (datetime(2022, 1, 15, 13, 41, 1), "S1A")


def test_what_a_sheet_says_against_a_name_is_remarked():
    names = [hyp3_name("20220113T134101"), hyp3_name("20220125T134101", "VH")]
    for name in names:
        open(f"a/{name}", "wb").close()
    found = find(f"path,datetime\n{names[0]},20220125T134101\n{names[1]},20220126T134101\n")
    assert "the sheet says 2022-01-25T13:41:01, its name 2022-01-13T13:41:01" in found[0].remarks[0]
    assert any("its name says VH, and it is taken for VV" in text for text in found[1].remarks)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("\n \n", "is empty"),
        ("name\ttime\nx\t2022-01-01\n", "needs the columns path and .* has name, time"),
        ("path\tdatetime\n", "has no row"),
        ("path\tdatetime\n\n\ngone.tif\t2022-01-01\n", "line 4: the file a/gone.tif does"),
        ("path\tdatetime\nfirst_VV.tif\tsoon\n", "line 2: 'soon' is not a time"),
        ("path\tdatetime\nfirst_VV.tif\t15/01/2022\n", "line 2: '15/01/2022' is not a time"),
        ("path\tdatetime\nfirst_VV.tif\t0001-01-01T00:00+14:00\n", "line 2: .* is not a time"),
        ("path\tdatetime\nfirst_VV.tif\t0022-01-01\n", "line 2: '0022-01-01' is no year"),
        ("path,date,time\nfirst_VV.tif,2022-01-01,1341\n", "line 2: time '1341' is no time of day"),
        ("path,date,time\nfirst_VV.tif,2022-01-01,0.57\n", "line 2: time '0.57' is no time of day"),
        ("path,date,time\nfirst_VV.tif,2022-01-01,257001\n", "line 2: .*T25:70:01' is not a time"),
        ("path,date,time\nfirst_VV.tif,2022-01-01,2022-01-02T05:23\n", "line 2: its date is 2022"),
        ("path\tdatetime\nfirst_VV.tif\t\n", "line 2: .*first_VV.tif holds no acquisition time"),
        ("path\tdatetime\n\t2022-01-01\n", "line 2: path is empty"),
        ("path,datetime,path\nx,y,z\n", "line 1: two columns are called 'path'"),
        ("path,datetime\na,b.tif,2022-01-01\n", "line 2: 3 fields for 2 columns"),
        (",", "needs the columns path and datetime"),
        ('path\tdatetime\n"first_VV.tif\t2022-01-01\n', "line 2: a quote"),
        ('path,datetime\n"first"_VV.tif,2022-01-01\n', "line 2: a quote"),
        ('path,note,datetime\nx.tif,"a\n\nb",2022-01-01\ny,"c\nd,2022-01-01\nz,e,1\n',
         r'line 5: a quote \("\) is not closed'),
        ('path,note,datetime\nfirst_VV.tif,"a\nb",2022-01-01\nfirst_VV.tif,,\n', "line 4"),
        ("path,datetime,band\nfirst_VV.tif,2022-01-01,0\n", "line 2: band '0' is no number from 1"),
        ("path,datetime,track\nfirst_VV.tif,2022-01-01,x\n", "line 2: track 'x' is no number"),
        ("path,datetime,direction\nfirst_VV.tif,2022-01-01,up\n", "line 2: direction 'up'"),
        ("path,datetime,values\nfirst_VV.tif,2022-01-01,dBm\n", "line 2: values 'dBm' is none of"),
        ("path,datetime\n" + "first_VV.tif,2022-01-01\n" * 2, "first_VV.tif is listed more than"),
        (f"path,datetime\nfirst_VV.tif,2022-01-01\n{os.curdir}/../a/first_VV.tif,2022-01-13\n",
         "sheet.tsv, line 3: a/./../a/first_VV.tif is a/first_VV.tif, .* says otherwise"),
        ("path,datetime,pol\nfirst_VV.tif,2022-01-01,HH\n", "no row of a/sheet.tsv is for VV"),
        ("path\tdatetime\nk\xfchl.tif\t2022-01-01\n".encode("latin-1"), "is not UTF-8; save it"),
        ("path\tdatetime\nx.tif\t2022-01-01\n".encode("utf-16"), "is not UTF-8; save it"),
        (b"PK\x03\x04\0\0", "is a workbook or an archive; save it as CSV"),
        ("path,datetime\n.,2022-01-01\n", "line 2: the file a is a folder"),
        ("{", "is no JSON"),
        ("[" * 100_000, "nested too deeply|is no JSON"),
        ("[1]", "neither GeoJSON features nor STAC"),
        ('{"type": "Feature", "properties": null}', "feature 1: no 'properties'"),
    ],
)  # fmt: skip
def test_a_wrong_sheet_is_one_line(text, message):
    assert re.search(message, refusal(text))


def test_missing_files_are_listed_together_and_can_be_left_out():
    text = "path,datetime\nfirst_VV.tif,2022-01-01\nx.tif,2022-01-13\ny.tif,2022-01-25\n"
    assert "line 3: the file a/x.tif" in refusal(text) and "line 4: the file a/y.tif" in refusal(
        text
    )
    found = finding.find("site", {"scenes": sheet(text)}, "VV")
    assert [s.path for s in found.sources] == [ONE] and len(found.bad) == 2
    assert len(find(text, exclude=["x.tif", "y.tif"])) == 1


def test_a_file_under_several_spellings_is_one_scene():
    with zipfile.ZipFile("a/x.zip", "w") as archive:
        archive.writestr("x_VV.tif", b"")
    os.symlink("first_VV.tif", "a/linked.tif")
    spelled = [
        *("first_VV.tif", "../a/first_VV.tif", os.path.abspath(ONE), "linked.tif"),
        *("/vsizip/x.zip/x_VV.tif", f"/vsizip/{os.path.abspath('a/x.zip')}/x_VV.tif"),
    ]
    lines = [f"{path},2022-01-01T05:23:01" for path in spelled]
    text = "\n".join(["path,datetime", *lines, "second_VV.tif,2022-01-13T05:23:01"])
    found = finding.find("site", {"scenes": sheet(text)}, "VV")
    assert [s.path for s in found.sources] == ["/vsizip/a/x.zip/x_VV.tif", ONE, TWO]
    assert len(found.lines) == 4 and all("; taken once" in line for line in found.lines)
    assert found.lines[0] == f"a/sheet.tsv, line 3: a/../a/first_VV.tif is {ONE}; taken once"


def test_the_bands_of_a_file_are_files_of_their_own():
    found = find("path,datetime,band\nfirst_VV.tif,2022-01-01,1\nfirst_VV.tif,2022-01-13,2\n")
    assert [s.band for s in found] == [1, 2]


def test_addresses_and_absolute_paths_stay_and_archives_are_relative_to_the_sheet():
    with zipfile.ZipFile("a/x.zip", "w") as archive:
        archive.writestr("x/x_VV.tif", b"")
    shutil.copy("a/x.zip", "a/y.zip")
    absolute = os.path.abspath(ONE)
    paths = [
        "s3://bucket/x_VV.tif",
        "https://host/x_{polarization}.tif?sig=a%2Fb",
        "/vsicurl/https://host/y_VV.tif",
        "/vsizip//vsicurl/https://host/x.zip/x_VV.tif",
        absolute,
        "/vsizip/x.zip/x/x_VV.tif",
        f"/vsizip/{os.path.abspath('a/y.zip')}/x/x_VV.tif",
        f"file://{absolute.replace('first', 'second')}",
    ]
    rows = [f"{path}\t2022-01-{day:02d}" for day, path in enumerate(paths, 1)]
    found = [s.path for s in find("\n".join(["path\tdatetime", *rows]))]
    paths[1] = paths[1].replace("{polarization}", "VV")
    paths[5] = "/vsizip/a/x.zip/x/x_VV.tif"
    paths[7] = os.path.abspath(TWO)
    assert found == paths
    assert "a/x.zip holds no z.tif" in refusal("path,datetime\n/vsizip/x.zip/z.tif,2022-01-01\n")
    assert "archive a/no.zip does not" in refusal(
        "path,datetime\n/vsizip/no.zip/z.tif,2022-01-01\n"
    )
    # A zip as a whole: the member for the polarization.
    assert find("path,datetime\nx.zip,2022-01-01\n")[0].path == "/vsizip/a/x.zip/x/x_VV.tif"
    assert "holds no files for VH" in refusal("path,datetime\nx.zip,2022-01-01\n", "VH")


# The columns and keys of ASF's exports, of asf_search and Vertex.
GRANULE = "S1A_IW_SLC__1SDV_20230325T175029_20230325T175056_047804_05BE4F_59A4"
OPERA = "OPERA_L2_RTC-S1_T087-185679-IW2_20200101T161622Z_20250911T203016Z_S1A_30_v1.0"
HOST = "https://cumulus.asf.earthdatacloud.nasa.gov/OPERA/OPERA_L2_RTC-S1"
ASF_COLUMNS = (
    '"Granule Name","Platform","Sensor","Beam Mode","Beam Mode Description","Orbit","Path Number",'
    '"Frame Number","Acquisition Date","Processing Date","Processing Level","Start Time",'
    '"End Time","Ascending or Descending?","URL","Size (MB)","GroupID"'
)


def asf_row(granule, url):
    return (
        f'"{granule}","Sentinel-1A","C-SAR","IW","Interferometric Wide. 250 km swath","30627","87",'
        '"","2020-01-01T16:16:22Z","2025-09-11T20:30:16Z","RTC","2020-01-01T16:16:22Z",'
        f'"2020-01-01T16:16:25Z","ASCENDING","{url}","4.5",""'
    )


def test_asf_csv():
    (source,) = find(f"{ASF_COLUMNS}\n{asf_row(OPERA, f'{HOST}/{OPERA}/{OPERA}_VV.tif')}\n")
    assert source.path == f"{HOST}/{OPERA}/{OPERA}_VV.tif"
    assert (source.time, source.platform) == (datetime(2020, 1, 1, 16, 16, 22), "S1A")
    assert (source.track, source.direction) == (87, "ascending")
    assert source.processed == datetime(2025, 9, 11, 20, 30, 16)
    assert source.burst == "T087-185679-IW2" and source.remarks == ()


def test_an_export_of_granules_says_what_is_missing():
    url = f"https://datapool.asf.alaska.edu/SLC/SA/{GRANULE}.zip"
    text = refusal(f"{ASF_COLUMNS}\n{asf_row(GRANULE, url)}\n{asf_row(GRANULE, url)}\n")
    assert f"line 2: {GRANULE}.zip is no raster to read (2 of 2 rows)" in text
    assert "terrain-corrected" in text and "column path" in text
    assert f"{GRANULE} is no raster" in refusal(f"Granule Name,Start Time\n{GRANULE},2023-03-25\n")


def feature(**properties):
    return {"type": "Feature", "geometry": None, "properties": properties}


def test_asf_geojson():
    urls = [f"{HOST}/{OPERA}/{OPERA}{end}" for end in ("_VV.tif", "_VH.tif", "_mask.tif", ".h5")]
    whole = {
        "type": "FeatureCollection",
        "features": [
            feature(
                sceneName=OPERA, startTime="2020-01-01T16:16:22Z", pathNumber=87, orbit=30627,
                flightDirection="ASCENDING", polarization=["VV", "VH"], platform="Sentinel-1A",
                url=urls[3], additionalUrls=urls[:3], fileName=f"{OPERA}.h5", browse=None,
                processingDate="2025-09-11T20:30:16Z", bytes={"x": {"bytes": 1}},
            )
        ],
    }  # fmt: skip
    for polarization in ("VV", "VH"):
        (source,) = find(whole, polarization)
        assert source.path == f"{HOST}/{OPERA}/{OPERA}_{polarization}.tif"
        assert (source.track, source.platform, source.direction) == (87, "S1A", "ascending")
        assert source.polarization == polarization and source.remarks == ()


def test_plain_geojson():
    whole = {
        "type": "FeatureCollection",
        "features": [
            feature(path="first_VV.tif", datetime="2022-01-01T05:23:01Z", track=137.0, band=1),
            feature(Path="second_VV.tif", DateTime="2022-01-13T05:23:01Z", platform=None),
        ],
    }
    assert [(s.path, s.time, s.track) for s in find(whole)] == [
        (ONE, FIRST, 137),
        (TWO, SECOND, None),
    ]


WORDS = st.sampled_from(
    ["path", "datetime", "date", "time", "band", "track", "polarization", "values", "first_VV.tif",
     "2022-01-01", "20220101T052301", "9999-12-31T23:59:59-14:00", "VV", "VV+VH", "{polarization}",
     "x.zip", "/vsizip/x.zip/a", "https://[::1/a_VV.tif", "/vsi", "\x0b", "\u2028", "1e9", "ü"]
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(st.one_of(WORDS, st.sampled_from(list('\t,;|"\n\r {}[]:'))), max_size=25).map("".join),
    st.lists(WORDS, max_size=6).map(lambda w: "path,datetime,band\nfirst_VV.tif," + ",".join(w)),
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.floats(), st.integers(), WORDS, st.text(max_size=5)
)
KEYS = st.sampled_from(
    ["type", "features", "assets", "properties", "href", "links", "rel", "roles", "datetime", "VV",
     "path", "platform", "id", "sat:relative_orbit", "eo:bands", "name", "sar:polarizations", "url"]
)  # fmt: skip
VALUES = st.one_of(SCALARS, st.sampled_from(["Feature", "FeatureCollection", "Catalog", "item"]))
DOCUMENTS = st.recursive(
    VALUES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=5)),
    max_leaves=20,
)
FEATURES = st.fixed_dictionaries(
    {"type": st.just("Feature"), "properties": st.dictionaries(KEYS, SCALARS, max_size=4)},
    optional={
        "assets": st.dictionaries(KEYS, st.dictionaries(KEYS, DOCUMENTS, max_size=4), max_size=3),
        "links": DOCUMENTS,
        "id": SCALARS,
    },
)
MANY = settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def holds(content):
    """A sheet is read or refused in one line."""
    try:
        found = finding.find("site", {"scenes": sheet(content)}, "VV")
    except InputError as error:
        assert not set("\r\n") & set(str(error))
    else:
        assert not any(set("\r\n") & set(line) for _, line in found.bad)


@MANY
@given(st.one_of(TEXTS, st.binary(max_size=60)))
def test_no_table_crashes(content):
    holds(content if isinstance(content, bytes) else content.encode("utf-8", "replace"))


@MANY
@given(st.one_of(DOCUMENTS, FEATURES, st.lists(FEATURES, max_size=3)))
def test_no_document_crashes(content):
    holds(json.dumps(content).encode())


def test_columns_have_one_meaning():
    known = [name for names in rows.COLUMNS.values() for name in names]
    assert len(known) == len(set(known))
