"""The rounds: every tool once, then every tool again."""

import collections
import dataclasses
import json
import os
import shutil
import subprocess
import time

import contents
import measure
import tools
from topics import say

ONCE = 100  # messages of a small load
STAGE_MESSAGES = 200_000
STAGES = ("decode", "map", "insert")
# A JVM that has just started takes twice the processor time for an answer: so often each topic is
# read before anybody is measured.
WARM_UP = 10


@dataclasses.dataclass(frozen=True)
class Case:
    """What is measured. `of` is a tool, or a stage of Sluice alone."""

    kind: str  # load, stage, new, more, none
    of: str
    shape: str = "guess"
    partitions: int = 0


class Samples:
    """All figures of all rounds; each also goes into a file, one JSON object a line."""

    def __init__(self, path):
        self._by_case = collections.defaultdict(list)
        self._out = open(path, "w")

    def add(self, case, messages, measured):
        self._by_case[case].append((messages, measured))
        line = {**dataclasses.asdict(case), "messages": messages, **dataclasses.asdict(measured)}
        self._out.write(json.dumps(line) + "\n")
        self._out.flush()
        say(
            "%-5s %-18s %-6s %dp %9.4f s, cpu %9.4f s, %4d MB"
            % (
                case.kind,
                case.of,
                case.shape,
                case.partitions,
                measured.seconds,
                measured.cpu_seconds,
                measured.rss_bytes >> 20,
            )
        )

    def cases(self):
        return list(self._by_case)

    def of(self, case):
        """(messages, Measured) of each round; empty where it was not measured."""
        return self._by_case.get(case, [])


class Bench:
    def __init__(self, places, servers, topics, work, samples):
        self._places, self._servers, self._topics = places, servers, topics
        self._work, self._samples = work, samples
        self.checked = 0  # runs after which the table was compared, value by value

    def warm_up(self, topics):
        for _ in range(WARM_UP):
            for topic in topics:
                self._ask_stages(["consume", self._servers, topic.name])

    def load_rounds(self, count, topics, loaders):
        for number in range(count):
            for topic in topics:
                for tool in _turned(loaders, number):
                    self.load_once(tool, topic)
                self._consume(topic)
            for topic in {topic.shape: topic for topic in topics}.values():
                self.stages_once(topic)

    def load_once(self, tool, topic, look=None):
        """`look` is called some fifty times a second meanwhile, and returns False."""
        self._load("load", tool, topic, self._new_database(tool.name), look)

    def database_of(self, tool):
        """Where load_once() has a tool load to."""
        return "%s/%s/table.db" % (self._work, tool.name)

    def stages_once(self, topic):
        """What stands behind the source, each stage by itself, for the messages of a topic."""
        folder = self._work + "/stages"
        os.makedirs(folder, exist_ok=True)
        found = self._ask_stages(
            [
                "stages",
                "--json",
                "--rounds",
                "1",
                "--shape",
                topic.shape,
                "--folder",
                folder,
                "--messages",
                str(min(STAGE_MESSAGES, topic.messages)),
            ]
        )
        for stage in STAGES:
            self._add_stage(Case("stage", stage, topic.shape), found)

    def small_rounds(self, count, loaders):
        """Loads of a few messages: into a new database, into one that is there, and of none."""
        few = self._topics.get("guess", 4, ONCE)
        growing = dataclasses.replace(few, name="more-%d" % time.time_ns())
        self._topics.declare(growing.name)
        self._topics.produce(growing.name, "guess", 4, ONCE)
        resuming = [tool for tool in loaders if tool.resumes]
        kept = {tool.name: self._new_database(tool.name + "-kept") for tool in resuming}
        for tool in resuming:
            self._run(tool, growing, kept[tool.name])
        for number in range(count):
            for tool in _turned(loaders, number):
                self._load("new", tool, few, self._new_database(tool.name))
            self._topics.produce(growing.name, "guess", 4, ONCE, first=growing.messages)
            messages = growing.messages + ONCE
            growing = dataclasses.replace(
                growing, messages=messages, expected=self._topics.expect("guess", messages)
            )
            for tool in _turned(resuming, number):
                self._load("more", tool, growing, kept[tool.name])
                self._load("none", tool, growing, kept[tool.name])

    def _new_database(self, name):
        folder = "%s/%s" % (self._work, name)
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        return folder + "/table.db"

    def _load(self, kind, tool, topic, database, look=None):
        measured = self._run(tool, topic, database, look)
        try:
            contents.check(database, topic.shape, topic.expected)
        except contents.WrongContents as wrong:
            raise SystemExit("bench: %s, %s: %s" % (tool.name, topic.name, wrong))
        self.checked += 1
        messages = {"load": topic.messages, "none": 0}.get(kind, ONCE)
        partitions = topic.partitions if kind == "load" else 0
        self._samples.add(Case(kind, tool.name, topic.shape, partitions), messages, measured)

    def _run(self, tool, topic, database, look=None):
        task = tools.Task(
            topic.shape, self._servers, topic.name, topic.partitions, topic.messages, database
        )
        log = "%s/%s.log" % (self._work, tool.name)
        has_all = look
        if tool.is_endless:
            has_all = lambda: contents.count_rows(database, topic.shape) >= topic.messages
        measured = measure.run(
            tool.command(task, self._places), log, tool.environment(task), has_all
        )
        if measured.exit_code != 0:
            with open(log, errors="replace") as text:
                raise SystemExit(
                    "bench: %s ended with %d:\n%s"
                    % (tool.name, measured.exit_code, text.read()[-2000:])
                )
        return measured

    def _consume(self, topic):
        found = self._ask_stages(["consume", self._servers, topic.name])
        if found["messages"] != topic.messages:
            raise SystemExit("bench: consumed %d of %s" % (found["messages"], topic.name))
        self._add_stage(Case("stage", "consume", topic.shape, topic.partitions), found)

    def _ask_stages(self, words):
        ended = subprocess.run([self._places.stages] + words, capture_output=True, text=True)
        if ended.returncode != 0:
            raise SystemExit("bench: sluice_bench_stages: " + ended.stderr.strip())
        return json.loads(ended.stdout)

    def _add_stage(self, case, found):
        took = found[case.of]
        self._samples.add(
            case, found["messages"], measure.Measured(took["seconds"], took["cpu_seconds"], 0, 0)
        )


def _turned(items, number):
    """Who follows whom changes from round to round."""
    at = number % len(items) if items else 0
    return items[at:] + items[:at]
