"""The Kafka that is read from, and the messages in it."""

import dataclasses
import json
import os
import subprocess

import contents
import tools

ROOT = os.path.dirname(os.path.dirname(tools.HERE))


def say(text):
    print("bench: " + text, flush=True)


def answer_of(argv, **more):
    ended = subprocess.run(argv, stdout=subprocess.PIPE, text=True, **more)
    if ended.returncode != 0:
        raise SystemExit("bench: %s ended with %d" % (" ".join(argv), ended.returncode))
    return ended.stdout.strip()


class Broker:
    """A real Apache Kafka of our own, or one that is given. Ours ends with us; its data stay."""

    def __init__(self, given, folder, heap_mb, is_fresh):
        self._script = [ROOT + "/scripts/broker"]
        self._at = ["--dir", folder]
        self.is_ours = given is None
        self.what = "given: %s" % given
        self.servers = given
        if self.is_ours:
            self.what = "Apache Kafka %s, scripts/broker --heap %d, on the same cores" % (
                _kafka_version(),
                heap_mb,
            )
            fresh = ["--fresh"] if is_fresh else []
            self.servers = answer_of(
                self._script + ["start", "--heap", str(heap_mb)] + fresh + self._at
            )

    def stop(self):
        if self.is_ours:
            answer_of(self._script + ["stop"] + self._at)


def _kafka_version():
    with open(ROOT + "/scripts/broker") as script:
        return next(
            line.split("=")[1].strip() for line in script if line.startswith("kafka_version=")
        )


@dataclasses.dataclass
class Topic:
    name: str
    shape: str
    partitions: int
    messages: int
    expected: dict


class Topics:
    """Makes topics where they are missing, and knows what a table must hold after a load of one."""

    def __init__(self, servers, places, work, codec="none"):
        self._servers, self._places, self._work = servers, places, work
        self._codec = codec  # what producers compress with
        self._names = set()
        self._digests_path = work + "/contents.json"
        self._digests = {}
        if os.path.exists(self._digests_path):
            with open(self._digests_path) as text:
                self._digests = json.load(text)

    def get(self, shape, partitions, messages):
        name = "%s-%dp-%d" % (shape, partitions, messages)
        name += "" if self._codec == "none" else "-" + self._codec
        return self._filled(Topic(name, shape, partitions, messages, self.expect(shape, messages)))

    def _filled(self, topic):
        self.declare(topic.name)
        there = self._count(topic.name)
        if there == 0:
            say("producing %d messages to %s" % (topic.messages, topic.name))
            self.produce(topic.name, topic.shape, topic.partitions, topic.messages)
            there = self._count(topic.name)
        if there != topic.messages:
            raise SystemExit(
                "bench: topic %s holds %d messages; begin anew with --fresh" % (topic.name, there)
            )
        return topic

    def declare(self, name):
        """Sluice reads only topics that its catalog names."""
        self._names.add(name)
        with open(self._places.project + "/schemas/sources/bench.yaml", "w") as out:
            out.write("connector: kafka\nservers: env:SLUICE_BENCH_SERVERS\n")
            if self._codec != "none":
                out.write("properties: { compression.codec: %s }\n" % self._codec)
            out.write("topics:\n")
            out.writelines(
                "  %s: { offset_policy: earliest }\n" % name for name in sorted(self._names)
            )

    def produce(self, name, shape, partitions, messages, first=0):
        """Message i goes to partition i modulo their number."""
        source = subprocess.Popen(self._make(shape, messages, first), stdout=subprocess.PIPE)
        answer_of(
            [
                self._places.sluice,
                "--log-level",
                "warn",
                "produce",
                "--project",
                self._places.project,
                "--partitions",
                str(partitions),
                "bench/" + name,
            ],
            stdin=source.stdout,
            env={**os.environ, "SLUICE_BENCH_SERVERS": self._servers},
        )
        source.stdout.close()
        if source.wait() != 0:
            raise SystemExit("bench: the messages could not be made")

    def _make(self, shape, messages, first=0):
        return [self._places.stages, "messages", shape, str(messages), str(first)]

    def _count(self, name):
        return int(answer_of([self._places.stages, "count", self._servers, name]))

    def expect(self, shape, messages):
        key = "%s/%d" % (shape, messages)
        if key not in self._digests:
            source = subprocess.Popen(
                self._make(shape, messages), stdout=subprocess.PIPE, text=True
            )
            self._digests[key] = contents.expect(source.stdout, shape, self._work + "/expected.db")
            source.wait()
            with open(self._digests_path, "w") as out:
                json.dump(self._digests, out)
        return self._digests[key]
