"""Before and after: a revision against the working tree, interleaved."""

import dataclasses
import os
import statistics
import subprocess

import report
import rounds
import tools
from figures import Figures
from topics import ROOT, answer_of, say

SMALL = {
    "new": "%d into a new database" % rounds.ONCE,
    "more": "%d more" % rounds.ONCE,
    "none": "none",
}


def build(revision, folder):
    """Builds a revision in a worktree of its own. Returns the places of its programs; without the
    bench of stages where it has none."""
    commit = answer_of(["git", "-C", ROOT, "rev-parse", "--verify", revision + "^{commit}"])
    tree = "%s/%s" % (folder, commit[:12])
    if not os.path.exists(tree):
        answer_of(["git", "-C", ROOT, "worktree", "add", "--detach", tree, commit])
    has_stages = os.path.exists(tree + "/tests/bench/stages")
    say("building %s in %s" % (revision, os.path.relpath(tree, ROOT)))
    targets = ["sluice"] + (["sluice_bench_stages"] if has_stages else [])
    answer_of([tree + "/scripts/build", "release", "--target"] + targets)
    built = tree + "/build/release"
    return tools.Places(
        sluice=built + "/sluice",
        stages=built + "/tests/bench/sluice_bench_stages" if has_stages else "",
    )


class Comparison:
    """`before` and `after` are places; what they share (definitions, topics) is the after's."""

    def __init__(self, before, after, servers, topics, work):
        self._places = {
            "before": dataclasses.replace(before, project=after.project),
            "after": after,
        }
        self._servers, self._topics, self._work = servers, topics, work

    def run(self, count, topic_list, small):
        """Returns the comparison as a table, or two; `small`: with the loads of a few messages."""
        own = tools.select([tools.OWN])
        samples, benches = {}, {}
        for name, places in self._places.items():
            samples[name] = rounds.Samples("%s/compare-%s.jsonl" % (self._work, name))
            benches[name] = rounds.Bench(
                places, self._servers, self._topics, self._work, samples[name]
            )
        has_stages = all(places.stages for places in self._places.values())
        for number in range(count):
            order = ("before", "after") if number % 2 == 0 else ("after", "before")
            for topic in topic_list:
                for name in order:
                    benches[name].load_once(own[0], topic)
                for name in order if has_stages else ():
                    benches[name].stages_once(topic)
            for name in order if small else ():
                benches[name].small_rounds(1, own)
        both = samples["before"], samples["after"]
        return _table(*both) + ("\n\n" + _small_table(*both) if small else "")


def _spread(before, after, figure):
    """'0.93 (0.91 … 0.97)': after/before of the medians; of single rounds, least and most."""
    whole = figure(after) / figure(before)
    pairs = [figure([a]) / figure([b]) for b, a in zip(before, after)]
    return "%.3f (%.3f … %.3f)" % (whole, min(pairs), max(pairs))


def _seconds(samples):
    return statistics.median(measured.seconds for _, measured in samples)


def _cpu(samples):
    return statistics.median(measured.cpu_seconds for _, measured in samples)


def _table(before, after):
    rows = []
    for case in after.cases():
        was, now = before.of(case), after.of(case)
        if not was or case.kind in SMALL:
            continue
        what = "all" if case.kind == "load" else case.of
        old, new = Figures(was), Figures(now)
        rows.append(
            [
                case.shape + (", %dp" % case.partitions if case.partitions else ""),
                what,
                "%.3f" % (1e6 / old.rate),
                "%.3f" % (1e6 / new.rate),
                _spread(was, now, _seconds),
                "%.3f" % old.cpu_us,
                "%.3f" % new.cpu_us,
                _spread(was, now, _cpu),
            ]
        )
    return report.table(
        [
            "load",
            "stage",
            "before, µs/row",
            "after",
            "after / before",
            "CPU before, µs/row",
            "after",
            "after / before",
        ],
        rows,
    )


def _small_table(before, after):
    rows = []
    for kind, what in SMALL.items():
        case = rounds.Case(kind, tools.OWN)
        was, now = before.of(case), after.of(case)
        rows.append(
            [
                what,
                "%.1f" % Figures(was).milliseconds,
                "%.1f" % Figures(now).milliseconds,
                _spread(was, now, _seconds),
                _spread(was, now, _cpu),
            ]
        )
    heads = ["small load", "before, ms", "after", "after / before", "CPU, after / before"]
    return report.table(heads, rows)
