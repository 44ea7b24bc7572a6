"""A browser without a network, and hands on Snakemake's report in it.

They open a category, look at an entry, and take its picture.
"""

import base64
import re
import shutil
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def offline_tab(height: int):
    """A tab 1500 pixels wide; fails in the end if a script did, or if the network was asked."""
    from playwright.sync_api import sync_playwright

    asked, failed = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
        )
        context = browser.new_context(viewport={"width": 1500, "height": height}, offline=True)
        # Milliseconds; ends what hangs, and nothing that is slow.
        context.set_default_timeout(3_600_000)
        tab = context.new_page()
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("pageerror", lambda error: failed.append(str(error)))
        yield tab
        browser.close()
    assert failed == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []


class Clicker:
    """Clicks through an open report and takes a screenshot of each entry that it opens."""

    def __init__(self, page, pictures: Path):
        self.page = page
        self.pictures = pictures

    def home(self) -> None:
        """Back to the list of categories."""
        self.page.locator("a", has=self.page.locator("svg")).nth(2).click()

    def category(self, *names: str) -> None:
        """Open a category from the top, and the subcategory in it."""
        self.page.get_by_text("Results", exact=True).first.click()
        for name in names:
            self.page.get_by_text(name, exact=True).first.click()

    def _open(self, *labels: str) -> None:
        row = self.page.locator("tr", has=self.page.locator("a[iconname=eye]"))
        for label in labels:
            row = row.filter(has=self.page.get_by_text(label, exact=True))
        row.first.locator("a[iconname=eye]").click()
        self.page.wait_for_timeout(400)
        name = re.sub(r"\W+", "_", " ".join(labels))
        self.page.screenshot(path=self.pictures / f"{name}.png")

    def picture(self, *labels: str):
        """Open a figure; the image on the right."""
        self._open(*labels)
        image = self.page.locator("img").last
        image.wait_for()
        return image

    def frame(self, *labels: str):
        """Open a page or table; the frame on the right."""
        self._open(*labels)
        return self.page.frame_locator("iframe").last


def content(image) -> str:
    """The text of a picture that is embedded as SVG."""
    source = image.get_attribute("src")
    head, body = source.split(",", 1)
    return base64.b64decode(body).decode() if "base64" in head else unquote(body)
