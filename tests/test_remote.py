"""Scenes behind an address: read in place by range requests, and the same to the last bit."""

import functools
import http.server
import threading

import pytest
from conftest import TIMES, TOGETHER, Workspace
from makers import hyp3_name


class Ranges(http.server.SimpleHTTPRequestHandler):
    """A file server that answers requests for a part of a file, as real ones do."""

    asked: list[tuple[str, str | None]] = []  # noqa: RUF012

    def do_GET(self):
        """The whole file or the range that is asked for."""
        self.asked.append((self.path, self.headers.get("Range")))
        wanted = self.headers.get("Range")
        if not wanted:
            return super().do_GET()
        try:
            with open(self.translate_path(self.path), "rb") as source:
                content = source.read()
        except OSError:
            return self.send_error(404)
        first, last = wanted.removeprefix("bytes=").split("-")
        last = min(int(last or len(content) - 1), len(content) - 1)
        part = content[int(first) : last + 1]
        self.send_response(206)
        self.send_header("Content-Range", f"bytes {first}-{last}/{len(content)}")
        self.send_header("Content-Length", str(len(part)))
        self.send_header("Accept-Ranges", "bytes")
        self.end_headers()
        self.wfile.write(part)

    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture
def web(finished):
    """The scenes of the finished run behind http."""
    Ranges.asked.clear()
    handler = functools.partial(Ranges, directory=finished.folder / "scenes")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def remote(finished, folder, prefix):
    """A workspace whose sheet names the scenes of the finished run by their addresses."""
    rows = [f"{prefix}/{hyp3_name(time)}\t{time}" for time in TIMES]
    (folder / "sheet.tsv").write_text("\n".join(["path\tdatetime", *rows]) + "\n")
    stacks = {"stacks": {"site": {"scenes": "sheet.tsv"}}}
    return Workspace(folder, finished.config | TOGETHER | stacks)


def measurements(workspace):
    """The tables, which do not depend on where the scenes came from."""
    folder = workspace.folder / "results" / "site" / "VV" / "analysis"
    return [(folder / f"{name}.csv").read_bytes() for name in ("measurements", "pairs", "scenes")]


def test_scenes_behind_http_are_measured_in_place(finished, web, tmp_path):
    workspace = remote(finished, tmp_path, web)
    done = workspace.run("analysed")
    assert done.status == 0, done.text
    assert measurements(workspace) == measurements(finished)
    assert list(tmp_path.rglob("S1A_*.tif")) == []
    assert any(part for _, part in Ranges.asked)
    assert workspace.dry("analysed") == {}


@pytest.mark.long
def test_scenes_in_a_bucket(finished, tmp_path, monkeypatch):
    boto3 = pytest.importorskip("boto3")
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    try:
        host, port = server.get_host_and_port()
        for key, value in {
            "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_HTTPS": "NO",
            "AWS_S3_ENDPOINT": f"{host}:{port}", "AWS_VIRTUAL_HOSTING": "FALSE",
        }.items():  # fmt: skip
            monkeypatch.setenv(key, value)
        client = boto3.client("s3", endpoint_url=f"http://{host}:{port}", region_name="us-east-1")
        client.create_bucket(Bucket="scenes")
        for path in (finished.folder / "scenes").iterdir():
            client.upload_file(str(path), "scenes", f"rtc/{path.name}")
        workspace = remote(finished, tmp_path, "s3://scenes/rtc")
        done = workspace.run("analysed")
        assert done.status == 0, done.text
        assert measurements(workspace) == measurements(finished)
    finally:
        server.stop()


def test_an_address_without_a_scene_is_named(finished, web, tmp_path):
    workspace = remote(finished, tmp_path, f"{web}/nowhere")
    done = workspace.run("analysed")
    assert done.status != 0
    assert f"{web}/nowhere/{hyp3_name(TIMES[2])} cannot be opened as a raster" in done.text
    assert "404" in done.text
