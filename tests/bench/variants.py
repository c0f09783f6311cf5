"""Loaders that differ in a setting, interleaved, each against the first of them."""

import dataclasses
import statistics

import report
import rounds
from figures import Figures


def of(tool, name, settings):
    """Sluice with some settings of its action changed: `--set` for each."""

    def command(task, places):
        changes = [word for setting in settings for word in ("--set", setting)]
        return tool.command(task, places) + changes

    return dataclasses.replace(tool, name=name, command=command)


def with_workers(own, count):
    """So many workers at most; one is what an action has by default."""
    settings = ["segmentation.active=true", "instances=%d" % count] if count > 1 else []
    return of(own, "%d worker%s" % (count, "s" if count > 1 else ""), settings)


def run(loaders, raw, places, servers, topics, work, count, topic_list):
    """Returns the figures of so many rounds as a table; each sample goes into the file `raw`."""
    samples = rounds.Samples(raw)
    bench = rounds.Bench(places, servers, topics, work, samples)
    for number in range(count):
        for topic in topic_list:
            for tool in loaders if number % 2 == 0 else reversed(loaders):
                bench.load_once(tool, topic)
    return _table(samples, loaders)


def _table(samples, loaders):
    rows = []
    for case in samples.cases():
        first = samples.of(dataclasses.replace(case, of=loaders[0].name))
        now = samples.of(case)
        figures = Figures(now)
        rows.append(
            [
                "%s, %dp" % (case.shape, case.partitions),
                case.of,
                "%.0f" % figures.rate,
                "%.3f" % figures.cpu_us,
                "%.0f" % figures.rss_mb,
                "%.3f" % (_seconds(now) / _seconds(first)),
                " ".join("%.2f" % ratio for ratio in _ratios(first, now)),
            ]
        )
    rows.sort(key=lambda row: row[0])
    return report.table(
        ["load", "loader", "rows/s", "CPU µs/row", "RSS MB", "time / first", "of each round"], rows
    )


def _seconds(samples):
    return statistics.median(measured.seconds for _, measured in samples)


def _ratios(first, now):
    return [b.seconds / a.seconds for (_, a), (_, b) in zip(first, now)]
