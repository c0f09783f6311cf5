"""RESULTS.md: what was measured, on what, and with which settings."""

import time

import machine
from figures import Figures, loads, slowest_stage, times_faster
from tools import OWN


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _thousands(value):
    return "{:,.0f}".format(value)


def _ratio(value):
    return "–" if value is None else "%.2f" % value


def _load_tables(samples, loaders):
    text = ""
    for shape, partitions in loads(samples):
        rows = []
        for tool in loaders:
            figures = Figures.of(samples, "load", tool.name, shape, partitions)
            if figures is None:
                continue
            ratio = times_faster(samples, tool.name, "load", shape, partitions)
            rows.append(
                [
                    tool.name,
                    _thousands(figures.rate),
                    _thousands(figures.best_rate),
                    "%.2f" % figures.cpu_us,
                    "%.0f" % figures.rss_mb,
                    "" if tool.name == OWN else _ratio(ratio),
                ]
            )
        text += "\n### %s, %d partition%s\n\n" % (shape, partitions, "s" if partitions > 1 else "")
        text += table(
            [
                "tool",
                "rows/s, median",
                "best",
                "CPU µs/row",
                "peak RSS MB",
                "Sluice is … times as fast",
            ],
            rows,
        )
    return text


def _stage_table(samples):
    rows = []
    for shape, partitions in loads(samples):
        own = Figures.of(samples, "load", OWN, shape, partitions)
        cells = ["%s, %dp" % (shape, partitions)]
        for stage in ("consume", "decode", "map", "insert"):
            at = partitions if stage == "consume" else 0
            figures = Figures.of(samples, "stage", stage, shape, at)
            cells.append("%s (%.2f)" % (_thousands(figures.rate), figures.cpu_us))
        name, slowest = slowest_stage(samples, shape, partitions)
        cells += [_thousands(own.rate), "%s, %.2f" % (name, slowest.rate / own.rate)]
        rows.append(cells)
    return table(
        [
            "load",
            "consume only",
            "decode only",
            "map only",
            "insert only",
            "all together",
            "time of all / of the slowest alone",
        ],
        rows,
    )


def _partition_table(samples):
    rates = {}
    for shape, partitions in loads(samples):
        figures = Figures.of(samples, "load", OWN, shape, partitions)
        rates.setdefault(shape, {})[partitions] = figures.rate
    rows = []
    for shape, by_partitions in rates.items():
        if len(by_partitions) > 1:
            one, most = by_partitions[min(by_partitions)], by_partitions[max(by_partitions)]
            rows.append([shape, _thousands(one), _thousands(most), _ratio(one / most)])
    return rows


def _small_table(samples, loaders):
    rows = []
    for tool in loaders:
        row = [tool.name]
        for kind in ("new", "more", "none"):
            figures = Figures.of(samples, kind, tool.name)
            ratio = times_faster(samples, tool.name, kind)
            cell = "–" if figures is None else "%.0f" % figures.milliseconds
            if figures and tool.name != OWN:
                cell += " (%s)" % _ratio(ratio)
            row.append(cell)
        rows.append(row)
    return table(["tool", "100 into a new database, ms", "100 more, ms", "none, ms"], rows)


def text(run, samples, loaders):
    """`run`: command, header, broker, versions, checked."""
    out = [
        "# Loaders side by side\n",
        "**%s** Made on %s by `%s`.\n" % (run.header, time.strftime("%Y-%m-%d"), run.command),
        "Machine: %s. Broker: %s. %s.\n" % (machine.description(), run.broker, run.versions),
        "Every round starts each loader once, in turn; a time is from the start of the process to"
        " its exit. CPU is user and system of the process"
        " and its children, without the broker; RSS is that of the greatest process. After each of"
        " the %d timed runs the table held all rows, compared with their types and values to what"
        " Python's own JSON module makes of the messages.\n" % run.checked,
        "## Rows a second",
        _load_tables(samples, loaders),
    ]
    if any(case.kind == "stage" for case in samples.cases()):
        out += [
            "## Sluice and its stages\n",
            "What each stage does alone, with the program's own code: rows/s (and CPU µs for a row)."
            " Consuming has librdkafka's threads beside its own, and its clock starts when it is"
            " connected; the stages behind it run from memory, on one thread.\n",
            _stage_table(samples),
        ]
    if _partition_table(samples):
        out += [
            "## One partition against more\n",
            table(["shape", "one", "more", "one / more"], _partition_table(samples)),
        ]
    if any(case.kind == "new" for case in samples.cases()):
        out += [
            "## Small loads, start to exit\n",
            "Medians; in brackets, how many times as long as Sluice. A tool that keeps no offsets"
            " would load everything again where only the new is wanted.\n",
            _small_table(samples, loaders),
        ]
    out += [
        "## The loaders and their settings\n",
        table(
            ["tool", "settings", "delivery"],
            [[tool.name, tool.settings, tool.delivery] for tool in loaders],
        ),
    ]
    return "\n".join(out)
