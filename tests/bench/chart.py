"""The chart of the results: bars of rows/s for each shape, as SVG, for light and dark pages."""

from figures import Figures, loads
from tools import OWN

WIDTH, BAR, GAP, TITLE, LABEL, VALUE, MARGIN = 760, 20, 6, 34, 150, 90, 16

_STYLE = """
  text { font: 13px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328; }
  .page { fill: #ffffff; }
  .title { font-weight: 600; }
  .note { fill: #59636e; }
  .own { fill: #0969da; }
  .other { fill: #b6bfc9; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .page { fill: #0d1117; }
    .note { fill: #9198a1; }
    .own { fill: #4493f8; }
    .other { fill: #4b535d; }
  }
"""


def _panel(samples, loaders, shape, partitions, top):
    """Bars to one scale, the fastest the longest. Returns them and where they end."""
    bars = [
        (tool.name, Figures.of(samples, "load", tool.name, shape, partitions)) for tool in loaders
    ]
    bars = [(name, figures.rate) for name, figures in bars if figures]
    longest = max(rate for _, rate in bars)
    parts = ['<text class="title" x="0" y="%d">%s</text>' % (top + 18, _title(shape, partitions))]
    y = top + TITLE
    for name, rate in bars:
        length = max(1, (WIDTH - LABEL - VALUE) * rate / longest)
        middle = y + BAR // 2 + 5
        parts.append('<text x="%d" y="%d" text-anchor="end">%s</text>' % (LABEL - 10, middle, name))
        parts.append(
            '<rect class="%s" x="%d" y="%d" width="%.1f" height="%d" rx="2"/>'
            % ("own" if name == OWN else "other", LABEL, y, length, BAR)
        )
        parts.append(
            '<text x="%.1f" y="%d">%s</text>' % (LABEL + length + 8, middle, "{:,.0f}".format(rate))
        )
        y += BAR + GAP
    return parts, y + GAP


_WHAT = {
    "guess": "flat, 3 fields, 51 bytes",
    "flight": "nested, 12 leaves, 305 bytes",
    "wide": "flat, 30 fields, 760 bytes",
}


def _title(shape, partitions):
    return "%s: %s; %d partition%s" % (
        shape,
        _WHAT[shape],
        partitions,
        "s" if partitions > 1 else "",
    )


def svg(samples, loaders, note):
    most = max(partitions for _, partitions in loads(samples))
    parts, top = [], 0
    for shape, partitions in loads(samples):
        if partitions == most:
            panel, top = _panel(samples, loaders, shape, partitions, top)
            parts += panel
    parts.append(
        '<text class="note" x="0" y="%d">Rows a second, median. %s.</text>' % (top + 14, note)
    )
    # A ground of its own: a page may be dark while the reader's system is not, or the other way.
    place = (-MARGIN, -MARGIN, WIDTH + 2 * MARGIN, top + 24 + 2 * MARGIN)
    head = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="%d %d %d %d" width="%d" height="%d"'
        ' role="img">' % (place + place[2:])
    )
    ground = '<rect class="page" x="%d" y="%d" width="%d" height="%d" rx="6"/>' % place
    title = "<title>Rows a second of loaders from Kafka into SQLite</title>"
    return "\n".join([head, title, "<style>%s</style>" % _STYLE, ground] + parts + ["</svg>"]) + "\n"
