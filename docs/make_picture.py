"""Make docs/one_minute.png: the overview of a run with the numbers that the README explains.

python docs/make_picture.py results/overview.html     # needs Debian's chromium
"""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

# What each number stands beside, in the order of the README.
PLACES = (
    "table.answers tr:nth-child(2)",
    "ul.causes li",
    "img.figure",
    "table.out tr:nth-child(2)",
    "ul.links li",
)
NUMBER = """
(place, number) => {
  const box = place.getBoundingClientRect(), mark = document.createElement("div");
  const left = place.closest("section").getBoundingClientRect().left;
  mark.textContent = number;
  mark.style = `position: absolute; left: ${left}px; top: ${box.top + scrollY + 4}px;`
    + "width: 26px; height: 26px; border-radius: 50%; background: #b3005e; color: white;"
    + "font: bold 16px/26px system-ui, sans-serif; text-align: center;";
  document.body.append(mark);
}
"""


def main(page_path: str) -> None:
    """Take the picture of the first product's card."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1240, "height": 900})
        page.goto(Path(page_path).resolve().as_uri())
        page.add_style_tag(content="section { padding-left: 2.2rem; border: 0; margin-top: 0; }")
        for number, selector in enumerate(PLACES, 1):
            page.evaluate(
                f"([s, n]) => ({NUMBER})(document.querySelector(s), n)", [selector, number]
            )
        target = Path(__file__).parent / "one_minute.png"
        page.locator("section").first.screenshot(path=target)
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
