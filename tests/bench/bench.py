#!/usr/bin/env python3
"""Measures Sluice beside other loaders: see scripts/bench, which sets up what this needs."""

import argparse
import dataclasses
import os
import shlex
import shutil
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# No compiled Python beside the sources, neither of this program nor of those it starts.
sys.pycache_prefix = os.environ.setdefault("PYTHONPYCACHEPREFIX", ROOT + "/build/bench/pycache")

import chart
import compare
import far
import machine
import report
import rounds
import steady
import tools
import variants
from peers.shapes import LEAVES
from topics import Broker, Topics, answer_of, say

MESSAGES = {"guess": 1_000_000, "flight": 300_000, "wide": 300_000}
QUICK_SHARE = 5
WORK = ROOT + "/build/bench"


def words(text):
    return [word for word in text.split(",") if word]


def numbers(text, least=0, kind=float):
    """One at least, and none that is less, endless or no number."""
    found = [kind(word) for word in words(text)]
    if not found or not all(least <= number < 1e6 for number in found):
        raise ValueError
    return found


def counts(text):
    return numbers(text, 1, int)


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench", add_help=False)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--messages", type=int)
    parser.add_argument("--shapes", type=words, default=list(MESSAGES))
    parser.add_argument("--partitions", type=words)
    parser.add_argument("--tools", type=words)
    parser.add_argument("--small", choices=["yes", "no"], default="yes")
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument("--compare", metavar="REVISION")
    instead.add_argument("--workers", type=counts, default=[])
    instead.add_argument("--far", type=numbers, default=[])
    instead.add_argument("--steady", action="store_true")
    parser.add_argument("--codec", choices=["none", "zstd", "lz4", "gzip", "snappy"], default="none")
    parser.add_argument("--results", default=ROOT + "/tests/bench")
    parser.add_argument("--heap", type=int, default=512)
    parser.add_argument("--broker", metavar="HOST:PORT")
    parser.add_argument("--build", default=ROOT + "/build/release")
    parser.add_argument("--work", default=WORK)
    parser.add_argument("--fresh", action="store_true")
    options = parser.parse_args()
    for shape in options.shapes:
        if shape not in LEAVES:
            parser.error("no shape %s; there are %s" % (shape, ", ".join(LEAVES)))
    options.rounds = options.rounds or (3 if options.quick else 5)
    options.partitions = [
        int(n) for n in options.partitions or (["4"] if options.quick else ["4", "1"])
    ]
    return options


def messages_of(options, shape):
    share = QUICK_SHARE if options.quick else 1
    return options.messages or MESSAGES[shape] // share


def places_of(options):
    """The programs, and a project that is ours to write topics into."""
    project = options.work + "/project"
    shutil.rmtree(project, ignore_errors=True)
    shutil.copytree(tools.HERE + "/project", project)
    return tools.Places(
        sluice=options.build + "/sluice",
        project=project,
        stages=options.build + "/tests/bench/sluice_bench_stages",
    )


def python_with_peers(work):
    """A Python with the packages that the Python peers need, installed once."""
    venv, wanted = work + "/venv", tools.HERE + "/peers/requirements.txt"
    installed = venv + "/requirements.txt"
    with open(wanted) as text:
        requirements = text.read()
    if not os.path.exists(installed) or open(installed).read() != requirements:
        say("installing the Python peers' packages in %s" % os.path.relpath(venv, ROOT))
        answer_of([sys.executable, "-m", "venv", "--clear", venv])
        answer_of([venv + "/bin/pip", "install", "-q", "--disable-pip-version-check", "-r", wanted])
        shutil.copy(wanted, installed)
    return venv + "/bin/python"


def needs_venv(tool):
    return tool.name.startswith("python-")


def revision():
    return (
        machine.first_line(["git", "-C", ROOT, "describe", "--always", "--dirty"])
        or "of no repository"
    )


def quiet_note():
    """The machine's load before we began: who else had the cores."""
    return "load average %.1f before the run" % os.getloadavg()[0]


@dataclasses.dataclass
class Run:
    header: str
    command: str
    broker: str = ""
    versions: str = ""
    checked: int = 0


def extent(options):
    """How much was measured, so that nobody takes a quick run for a quiet one."""
    is_whole = not options.quick and not options.messages and options.rounds >= 5
    return "%s%d rounds" % ("" if is_whole else "A quick run, for its ratios at most: ", options.rounds)


def header_of(options):
    counts = ", ".join("%s %d" % (shape, messages_of(options, shape)) for shape in options.shapes)
    return "%s; messages: %s; %s." % (extent(options), counts, quiet_note())


def command_of():
    return " ".join(["scripts/bench"] + [shlex.quote(word) for word in sys.argv[1:]])


def write_results(options, run, samples, loaders):
    os.makedirs(options.results, exist_ok=True)
    with open(options.results + "/RESULTS.md", "w") as out:
        out.write(report.text(run, samples, loaders))
    with open(options.results + "/results.svg", "w") as out:
        out.write(chart.svg(samples, loaders, extent(options)))
    say(
        "%d tables compared value by value; %s/RESULTS.md is written"
        % (run.checked, os.path.relpath(options.results))
    )


def measure(options, places, broker, topics, topic_list, run):
    loaders = tools.select(options.tools)
    if any(needs_venv(tool) for tool in loaders):
        places.python = python_with_peers(options.work)
    samples = rounds.Samples(options.work + "/results.jsonl")
    bench = rounds.Bench(places, broker.servers, topics, options.work, samples)
    bench.warm_up(topic_list)
    if options.small == "yes":
        bench.small_rounds(options.rounds, loaders)
    bench.load_rounds(options.rounds, topic_list, loaders)
    run.broker, run.checked = broker.what, bench.checked
    run.versions = machine.versions(places, loaders, revision())
    write_results(options, run, samples, loaders)


def main():
    options = arguments()
    run = Run(header_of(options), command_of())
    os.makedirs(options.work, exist_ok=True)
    if options.fresh and os.path.exists(options.work + "/contents.json"):
        os.unlink(options.work + "/contents.json")
    places = places_of(options)
    before = compare.build(options.compare, options.work + "/compare") if options.compare else None
    broker = Broker(options.broker, options.work + "/broker", options.heap, options.fresh)
    try:
        if options.far:
            far.require_near(broker.servers)
        topics = Topics(broker.servers, places, options.work, options.codec)
        topic_list = [
            topics.get(shape, partitions, messages_of(options, shape))
            for shape in options.shapes
            for partitions in options.partitions
        ]
        shared = (places, broker.servers, topics, options.work, options.rounds, topic_list)
        if options.workers or options.far:
            rounds.Bench(*shared[:4], samples=None).warm_up(topic_list)
        if options.workers:
            own = tools.select([tools.OWN])[0]
            loaders = [variants.with_workers(own, count) for count in options.workers]
            print(variants.run(loaders, options.work + "/workers.jsonl", *shared))
        elif options.far:
            loaders = far.loaders(options.tools)
            if any(needs_venv(tool) for tool in loaders):
                places.python = python_with_peers(options.work)
            far.run(options.far, loaders, *shared)
        elif options.steady:
            print(steady.run(places, broker, topics, options.work, options.rounds, topic_list))
        elif before:
            comparison = compare.Comparison(before, places, broker.servers, topics, options.work)
            print(comparison.run(options.rounds, topic_list, options.small == "yes"))
        else:
            measure(options, places, broker, topics, topic_list, run)
    finally:
        broker.stop()


if __name__ == "__main__":
    main()
