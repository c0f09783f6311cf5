"""The loaders that are measured, and how each is set up."""

import dataclasses
import os
import shlex
import typing

from peers.shapes import columns, create_table, extract_from

HERE = os.path.dirname(os.path.abspath(__file__))
OWN = "sluice"
TOOL_VARIABLE = "SLUICE_BENCH_TOOL_"
ENDLESS_VARIABLE = "SLUICE_BENCH_ENDLESS"


@dataclasses.dataclass
class Task:
    """One load: what a tool is asked to do."""

    shape: str
    servers: str
    topic: str
    partitions: int
    messages: int
    database: str


@dataclasses.dataclass
class Places:
    """Where the programs are."""

    sluice: str = ""
    stages: str = ""  # sluice_bench_stages
    python: str = ""  # with confluent-kafka and orjson
    project: str = ""  # the definitions for Sluice


@dataclasses.dataclass
class Tool:
    name: str
    settings: str
    delivery: str
    command: typing.Callable[[Task, Places], typing.List[str]]
    resumes: bool = True  # goes on where it stopped; else it loads from the beginning again
    is_endless: bool = False  # has to be told to end
    environment: typing.Callable[[Task], dict] = lambda task: {}


def _sluice(task, places):
    return [
        places.sluice,
        "run",
        "--project",
        places.project,
        "--set",
        "params.load_from.source=dwh/bench/" + task.topic,
        "%s/actions/%s.json" % (places.project, task.shape),
    ]


def sluice_environment(task):
    return {"SLUICE_BENCH_SERVERS": task.servers, "SLUICE_BENCH_DATABASE": task.database}


def _python(parser):
    def command(task, places):
        return [
            places.python,
            HERE + "/peers/python_loader.py",
            parser,
            task.shape,
            task.servers,
            task.topic,
            task.database,
        ]

    return command


KCAT = "kcat -C -b {servers} -t {topic} -o beginning -e -q -X queued.min.messages=1000000"


def _kcat_sqlite_utils(task, places):
    # It builds one statement for each batch and refuses more than 999 values in it.
    rows = 999 // len(columns(task.shape))
    insert = "sqlite-utils insert %s %s - --nl --batch-size %d" % (
        shlex.quote(task.database),
        task.shape,
        rows,
    )
    if task.shape == "flight":
        insert += " --flatten"
    kcat = KCAT.format(servers=task.servers, topic=task.topic)
    return ["bash", "-c", "set -o pipefail; %s | %s" % (kcat, insert)]


def _kcat_sqlite3(task, places):
    kcat = KCAT.format(servers=task.servers, topic=task.topic)
    script = task.database + ".sql"
    with open(script, "w") as out:
        out.write(
            "\n".join(
                [
                    "PRAGMA journal_mode = WAL;",
                    "PRAGMA synchronous = NORMAL;",
                    create_table(task.shape) + ";",
                    "CREATE TEMP TABLE message (value);",
                    ".mode ascii",
                    r".separator \037 \n",  # a line is one value, whatever is in it
                    ".import --schema temp '|%s' message" % kcat,
                    "INSERT INTO %s SELECT %s FROM message;"
                    % (task.shape, extract_from("value", task.shape)),
                    "",
                ]
            )
        )
    return ["sqlite3", "-batch", "-bail", "-init", "/dev/null", task.database, ".read " + script]


def _given(template):
    def command(task, places):
        return [word.format(**dataclasses.asdict(task)) for word in shlex.split(template)]

    return command


_PYTHON_SETTINGS = (
    "tests/bench/peers/python_loader.py: confluent-kafka, consume(10000),"
    " queued.min.messages 200000, fetch.queue.backoff.ms 10, {}, executemany, WAL, synchronous NORMAL, a transaction for each"
    " 10000 messages"
)

TOOLS = [
    Tool(
        OWN,
        "tests/bench/project: the defaults; every column typed and NOT NULL, every value checked",
        "exactly once",
        _sluice,
        environment=sluice_environment,
    ),
    Tool("python-orjson", _PYTHON_SETTINGS.format("orjson"), "exactly once", _python("orjson")),
    Tool(
        "python-json", _PYTHON_SETTINGS.format("the json module"), "exactly once", _python("json")
    ),
    Tool(
        "kcat-sqlite3",
        "kcat -e, queued.min.messages 1000000, into sqlite3's .import (a temporary"
        " table), then one INSERT … SELECT json_extract(…); WAL, synchronous NORMAL",
        "none: all again, one transaction",
        _kcat_sqlite3,
        resumes=False,
    ),
    Tool(
        "kcat-sqlite-utils",
        "kcat -e, queued.min.messages 1000000, into sqlite-utils insert --nl"
        " (--flatten where nested), --batch-size 999 values, the most it takes",
        "none: all again",
        _kcat_sqlite_utils,
        resumes=False,
    ),
]


def given_tools():
    """Loaders of the user: SLUICE_BENCH_TOOL_NAME=COMMAND, see scripts/bench."""
    endless = os.environ.get(ENDLESS_VARIABLE, "").lower().split(",")
    tools = []
    for variable, template in sorted(os.environ.items()):
        if not variable.startswith(TOOL_VARIABLE):
            continue
        name = variable[len(TOOL_VARIABLE) :].lower().replace("_", "-")
        tools.append(
            Tool(
                name,
                "given as " + variable,
                "not known",
                _given(template),
                resumes=False,
                is_endless=name in endless,
            )
        )
    return tools


def select(names):
    """The tools of these names, or all; the own one always first, for others are compared to it."""
    tools = TOOLS + given_tools()
    if not names:
        return tools
    known = {tool.name: tool for tool in tools}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise SystemExit("bench: no tool %s; there are %s" % (", ".join(unknown), ", ".join(known)))
    return [tool for tool in tools if tool.name in names or tool.name == OWN]
