"""Sluice with one worker and with several, interleaved: scripts/bench --workers 1,2,4."""

import dataclasses
import statistics

import report
import rounds
import tools
from figures import Figures


def _with_workers(own, count):
    """Sluice as a tool with so many workers at most; one is what an action has by default."""

    def command(task, places):
        more = ["--set", "segmentation.active=true", "--set", "instances=%d" % count]
        return own.command(task, places) + (more if count > 1 else [])

    return dataclasses.replace(own, name="%d workers" % count, command=command)


def run(places, broker, topics, work, counts, options_rounds, topic_list):
    """Returns the figures as a table; each topic's first row is what the others stand against."""
    own = tools.select([tools.OWN])[0]
    loaders = [_with_workers(own, count) for count in counts]
    samples = rounds.Samples(work + "/workers.jsonl")
    bench = rounds.Bench(places, broker.servers, topics, work, samples)
    for number in range(options_rounds):
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
        ["load", "workers", "rows/s", "CPU µs/row", "RSS MB", "time / first", "of each round"], rows
    )


def _seconds(samples):
    return statistics.median(measured.seconds for _, measured in samples)


def _ratios(first, now):
    return [b.seconds / a.seconds for (_, a), (_, b) in zip(first, now)]
