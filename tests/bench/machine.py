"""What it was measured on and with."""

import os
import platform
import re
import subprocess


def first_line(argv):
    try:
        ended = subprocess.run(argv, capture_output=True, text=True)
    except OSError:
        return None
    lines = ended.stdout.strip().splitlines()
    return lines[0].strip() if lines and ended.returncode == 0 else None


def _field(path, pattern):
    with open(path) as text:
        found = re.search(pattern, text.read(), re.MULTILINE)
    return found.group(1) if found else "?"


def description():
    memory_kb = int(_field("/proc/meminfo", r"^MemTotal:\s*(\d+)"))
    return "%d cores of %s, %.0f GB, %s, kernel %s" % (
        len(os.sched_getaffinity(0)),
        _field("/proc/cpuinfo", r"^model name\s*: (.*)$"),
        memory_kb / 2**20,
        _field("/etc/os-release", r'^PRETTY_NAME="?([^"\n]*)'),
        platform.release(),
    )


_PEER_VERSIONS = """
import platform, sqlite3, confluent_kafka, orjson
print("Python", platform.python_version(), "with confluent-kafka", confluent_kafka.__version__,
      "(librdkafka %s)," % confluent_kafka.libversion()[0], "orjson", orjson.__version__,
      "and SQLite", sqlite3.sqlite_version)
"""


def versions(places, loaders, revision):
    names = [tool.name for tool in loaders]
    found = ["Sluice " + revision]
    query = r"dpkg-query -W -f '${Package} ${Version}, ' librdkafka1 libsqlite3-0 'libsimdjson[0-9]*'"
    packages = first_line(["bash", "-c", query])
    if packages:
        found.append("with " + packages.rstrip(", "))
    if any(name.startswith("python") for name in names):
        found.append(first_line([places.python, "-c", _PEER_VERSIONS]))
    if any(name.startswith("kcat") for name in names):
        script = (
            r"kcat -V | sed -n 's/^Version \([0-9.]*\).*\(librdkafka [0-9.]*\).*/kcat \1 (\2)/p'"
        )
        found.append(first_line(["bash", "-c", script]))
    if "kcat-sqlite3" in names:
        found.append("sqlite3 " + (first_line(["sqlite3", "--version"]) or "?").split()[0])
    if "kcat-sqlite-utils" in names:
        found.append(first_line(["sqlite-utils", "--version"]))
    return "; ".join(part for part in found if part)
