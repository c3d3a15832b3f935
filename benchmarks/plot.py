"""Lines on logarithmic axes, as SVG written by hand."""

import math
from html import escape
from itertools import pairwise

Series = dict[str, list[tuple[float, float]]]
"""Points (x, y), all above 0, of each line."""

WIDTH, HEIGHT = 430, 330
LEFT, RIGHT, TOP, BOTTOM = 60, 120, 40, 45
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
STYLE = "font-family='sans-serif' font-size='11' fill='#222'"


def page(charts: list[tuple[str, str, Series]], x: str) -> str:
    """An SVG with a chart (title, what y is, lines) beside the other; `x` says what runs to the right."""
    drawn = "".join(
        f"<g transform='translate({place * WIDTH} 0)'>{chart(title, y, lines, x)}</g>"
        for place, (title, y, lines) in enumerate(charts)
    )
    size = f"width='{len(charts) * WIDTH}' height='{HEIGHT}' viewBox='0 0 {len(charts) * WIDTH} {HEIGHT}'"
    return f"<svg xmlns='http://www.w3.org/2000/svg' {size} {STYLE}><rect {size} fill='#fff'/>{drawn}</svg>\n"


def chart(title: str, y: str, lines: Series, x: str) -> str:
    """One chart; each line is named where it ends."""
    points = [point for line in lines.values() for point in line]
    across, up = (
        axis([px for px, _ in points], LEFT, WIDTH - RIGHT),
        axis([py for _, py in points], HEIGHT - BOTTOM, TOP),
    )
    parts = [text(LEFT, 20, title, weight="bold"), text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, x, "middle")]
    parts.append(f"<g transform='translate(14 {HEIGHT / 2}) rotate(-90)'>{text(0, 0, y, 'middle')}</g>")
    for power in decades([px for px, _ in points]):
        at = place(10.0**power, across)
        parts += [rule(at, TOP, at, HEIGHT - BOTTOM), text(at, HEIGHT - BOTTOM + 16, named(power), "middle")]
    for power in decades([py for _, py in points]):
        at = place(10.0**power, up)
        parts += [rule(LEFT, at, WIDTH - RIGHT, at), text(LEFT - 6, at + 4, named(power), "end")]
    ends = apart([place(line[-1][1], up) for line in lines.values()])
    for (name, line), colour, end in zip(lines.items(), COLOURS, ends, strict=False):
        found = " ".join(f"{place(px, across):.1f},{place(py, up):.1f}" for px, py in line)
        parts.append(f"<polyline points='{found}' fill='none' stroke='{colour}' stroke-width='2'/>")
        dots = (pair.split(",") for pair in found.split())
        parts += [f"<circle cx='{cx}' cy='{cy}' r='3' fill='{colour}'/>" for cx, cy in dots]
        parts.append(f"<g fill='{colour}'>{text(WIDTH - RIGHT + 8, end + 4, name)}</g>")
    return "".join(parts)


Axis = tuple[int, int, float, float]
"""The powers of ten at its ends, and where these are drawn."""


def decades(values: list[float]) -> range:
    """The powers of ten around all of `values`."""
    first, last = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return range(first, max(last, first + 1) + 1)


def axis(values: list[float], start: float, end: float) -> Axis:
    powers = decades(values)
    return powers[0], powers[-1], start, end


def place(value: float, along: Axis) -> float:
    """Where `value` is drawn."""
    first, last, start, end = along
    return start + (math.log10(value) - first) / (last - first) * (end - start)


def apart(places: list[float], gap: float = 13) -> list[float]:
    """The places of labels, moved until they stand at least `gap` from each other."""
    moved = list(places)
    order = sorted(range(len(places)), key=lambda i: places[i])
    for before, after in pairwise(order):
        moved[after] = max(moved[after], moved[before] + gap)
    return moved


def named(power: int) -> str:
    """Ten to the `power`, as people write it."""
    return f"{10**power:,}" if power >= 0 else f"{10.0**power:.{-power}f}"


def rule(x1: float, y1: float, x2: float, y2: float) -> str:
    return f"<line x1='{x1:.1f}' y1='{y1:.1f}' x2='{x2:.1f}' y2='{y2:.1f}' stroke='#ddd'/>"


def text(x: float, y: float, words: str, anchor: str = "start", weight: str = "normal") -> str:
    return f"<text x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}' font-weight='{weight}'>{escape(words)}</text>"
