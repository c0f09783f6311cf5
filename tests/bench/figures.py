"""From samples to figures."""

import statistics

from rounds import Case
from tools import OWN


class Figures:
    """Medians and the like of one case; see `of`."""

    def __init__(self, samples):
        self._messages = samples[0][0]
        self._measured = [measured for _, measured in samples]
        self.seconds = statistics.median(m.seconds for m in self._measured)

    @staticmethod
    def of(samples, *case):
        found = samples.of(Case(*case))
        return Figures(found) if found else None

    @property
    def rate(self):
        """Rows a second."""
        return self._messages / self.seconds

    @property
    def best_rate(self):
        return self._messages / min(m.seconds for m in self._measured)

    @property
    def cpu_us(self):
        """Processor time for a row."""
        return statistics.median(m.cpu_seconds for m in self._measured) / self._messages * 1e6

    @property
    def rss_mb(self):
        return max(m.rss_bytes for m in self._measured) / 1e6

    @property
    def milliseconds(self):
        return self.seconds * 1e3


def loads(samples):
    """(shape, partitions) of what was loaded, in the order of the run."""
    return list(
        dict.fromkeys(
            (case.shape, case.partitions) for case in samples.cases() if case.kind == "load"
        )
    )


def slowest_stage(samples, shape, partitions):
    """Which stage of Sluice alone takes the longest for a row, and its figures."""
    stages = [("consume", Figures.of(samples, "stage", "consume", shape, partitions))]
    stages += [
        (name, Figures.of(samples, "stage", name, shape)) for name in ("decode", "map", "insert")
    ]
    return min((stage for stage in stages if stage[1]), key=lambda stage: stage[1].rate)


def times_faster(samples, tool, *rest):
    """How many times the own tool's rate is that of another."""
    kind = rest[0]
    own, other = (Figures.of(samples, kind, name, *rest[1:]) for name in (OWN, tool))
    return other.seconds / own.seconds if own and other else None
