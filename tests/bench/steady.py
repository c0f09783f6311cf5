"""Whether Sluice stays as fast as it begins: scripts/bench --steady --messages 20000000."""

import time

import contents
import report
import rounds
import tools

TENTHS = 10


def run(places, broker, topics, work, options_rounds, topic_list):
    """Returns the rate of every tenth of each load as a table; the last column is the one that
    counts. Rows are seen when they are committed."""
    own = tools.select([tools.OWN])[0]
    samples = rounds.Samples(work + "/steady.jsonl")
    bench = rounds.Bench(places, broker.servers, topics, work, samples)
    rows = []
    for _ in range(options_rounds):
        for topic in topic_list:
            progress = _Progress(bench, own, topic)
            bench.load_once(own, topic, progress.look)
            progress.end()
            rates = progress.rates()
            rows.append(
                ["%s, %dp" % (topic.shape, topic.partitions), "%d" % topic.messages]
                + ["%.0f" % rate for rate in rates]
                + ["%.2f" % (rates[-1] / rates[0])]
            )
    numbers = ["%d" % (number + 1) for number in range(TENTHS)]
    return report.table(
        ["load", "messages", "rows/s of tenth 1"] + numbers[1:] + ["last / first"], rows
    )


class _Progress:
    """When which share of a topic's messages was in the table, from the first rows on: what comes
    before is the start."""

    def __init__(self, bench, tool, topic):
        self._database = bench.database_of(tool)
        self._topic = topic
        self._begin = time.monotonic()
        self._seen = []

    def look(self):
        self._see(contents.count_rows(self._database, self._topic.shape))
        return False  # it ends by itself

    def end(self):
        """All is there, though perhaps nobody looked in time."""
        self._see(self._topic.messages)
        if len(self._seen) == 1:  # all at once
            self._seen.insert(0, (self._begin, 0))

    def _see(self, count):
        if count > (self._seen[-1][1] if self._seen else 0):
            self._seen.append((time.monotonic(), count))

    def rates(self):
        first = self._seen[0][1]
        share = (self._topic.messages - first) / TENTHS
        times = [self._time_of(first + share * number) for number in range(TENTHS + 1)]
        return [share / (after - before) for before, after in zip(times, times[1:])]

    def _time_of(self, count):
        """Between two looks as if rows had come evenly."""
        pairs = zip(self._seen, self._seen[1:])
        (before, fewer), (after, more) = next(pair for pair in pairs if pair[1][1] >= count)
        return before + (after - before) * (count - fewer) / (more - fewer)
