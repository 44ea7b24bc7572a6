"""The verdicts in plain lines for the terminal, and in those of the report's first page."""

import re
import textwrap

from stackshift.stack.digits import counted, short


def plain(text: str) -> str:
    """Text of which docutils takes nothing for markup."""
    return re.sub(r"([\\*`_|])", r"\\\1", text)


def acted_of(rows: list[dict], results: list[dict]) -> str:
    """What was done with the offsets, for the report's first page."""
    lines = [
        f"**{plain(' '.join(filter(None, (row['stack'], row['polarization']))))}: {row['name']}**, "
        f"{row['what']}: {plain(row['said'])}"
        f"{' (of an earlier state of the stack)' if row['old'] else ''}."
        for row in rows
    ]
    lines += [f"**{plain(one['names'])}**: {plain(one['said'])}." for one in results]
    return "".join(f"\n{line}\n" for line in lines)


def line_block(text: str) -> str:
    """Lines of text for the report's first page, which are broken where the page ends."""
    lines = [plain(line) for line in text.splitlines()]
    return "\n".join(f"| {line}" if line.startswith(" ") else f"| **{line}**" for line in lines)


def front_of(products: list[dict], compared: list[dict]) -> str:
    """The figures, the scenes that are out and the polarizations, for the report's first page."""
    blocks = []
    for product in products:
        name = f"{product['stack']} {product['polarization']}"
        out = [
            f"* {one['scene']}: "
            + (f"E {one['east']} m, N {one['north']} m, " if one["east"] else "")
            + one["why"]
            for one in product["out"][:6]
        ]
        more = len(product["out"]) - len(out)
        out += [f"* and {more} more: *Tables, scenes*"] if more else []
        blocks.append(f"**{name}: scenes that are out**\n\n" + ("\n".join(out) or "None."))
        if product["picture"]:
            # docutils takes no line of more than 10000 characters, and joins those of an address.
            lines = textwrap.wrap(product["picture"], 5000, break_on_hyphens=False)
            address = "\n   ".join(lines)
            blocks.append(f".. image:: {address}\n   :alt: Offset per scene of {name}")
    for one in compared:
        apart = [f"{axis} {short(one[axis]['rms'])} m" for axis in ("east", "north")
                 if one[axis]["rms"] is not None]  # fmt: skip
        disagree = sorted({*one["east"]["disagree"], *one["north"]["disagree"]})
        blocks.append(
            f"**{one['stack']}: {one['first']} against {one['second']}**: "
            + (f"rms difference {', '.join(apart)}. " if apart else "not known. ")
            + (f"They disagree on {', '.join(disagree)}." if disagree else "They agree.")
        )
    return "\n\n".join(blocks) + "\n"


def lines_on(product: dict) -> str:
    """The verdict on one stack and polarization in a few short lines."""
    answers = product["answers"].values()
    return "\n  ".join(
        [
            f"{product['stack']} {product['polarization']}: {product['verdict'].upper()}",
            *(f"these: {answer['text_these']}" for answer in answers),
            *(f"in general: {answer['text_general']}" for answer in answers),
            *(f"look at: {why['cause']}: {why['text']}" for why in product["to_look_at"]),
            f"{product['tiles_counted']} of {counted(product['tiles'], 'tiles')} "
            f"{'counts' if product['tiles'] == 1 else 'count'} in "
            f"{counted(product['pairs_chosen'], 'pairs')}",
        ]
    )


def lines_on_all(overall: dict) -> list[str]:
    """The verdict over all stacks in a few lines; none where one alone counts."""
    sites = {one["stack"] for one in overall["counted"]}
    if len(sites) < 2:
        return []
    lines = [f"all {len(sites)} stacks: {overall['verdict'].upper()}"]
    for answer in overall["answers"].values():
        lines += [f"  these: {answer['text_these']}", f"  in general: {answer['text_general']}"]
    return lines
