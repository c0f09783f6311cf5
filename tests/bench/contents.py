"""What a table must hold after a load, and whether it does."""

import json
import os
import sqlite3
import subprocess

from peers.shapes import LEAVES, columns, create_table, paths


class WrongContents(Exception):
    pass


def digest(database, shape):
    """The number of rows and a SHA3 over all values, with their types, in the order of the key."""
    # SHA3 takes the query's own text in, so that has to be the same for every tool.
    view = "CREATE TEMP VIEW loaded AS SELECT %s FROM %s; " % (
        ", ".join(columns(shape)),
        _table(database, shape),
    )
    query = "SELECT * FROM loaded ORDER BY 1"
    asked = view + "SELECT count(*), lower(hex(sha3_query('%s'))) FROM loaded" % query
    answer = subprocess.run(
        ["sqlite3", "-batch", "-init", os.devnull, "-readonly", database, asked],
        capture_output=True,
        text=True,
    )
    if answer.returncode != 0:
        raise WrongContents(answer.stderr.strip())
    count, sha3 = answer.stdout.strip().split("|")
    return {"rows": int(count), "sha3": sha3}


def _table(database, shape):
    """Named as the shape; or `t`, where a tool that is not ours names it so."""
    db = sqlite3.connect("file:%s?mode=ro" % database, uri=True)
    try:
        names = [
            name for name, in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        ]
    except sqlite3.Error as error:
        raise WrongContents(str(error))
    finally:
        db.close()
    return "t" if shape not in names and "t" in names else shape


def expect(lines, shape, scratch):
    """The digest of a table that Python's own JSON module fills with the messages."""
    if os.path.exists(scratch):
        os.unlink(scratch)
    db = sqlite3.connect(scratch)
    db.execute(create_table(shape))
    db.executemany(
        "INSERT INTO %s VALUES (%s)" % (shape, ", ".join("?" * len(LEAVES[shape]))),
        (_row(json.loads(line), shape) for line in lines),
    )
    db.commit()
    db.close()
    expected = digest(scratch, shape)
    os.unlink(scratch)
    return expected


def _row(message, shape):
    row = []
    for path in paths(shape):
        value = message
        for key in path:
            value = value[key]
        row.append(value)
    return row


def check(database, shape, expected):
    found = digest(database, shape)
    if found["rows"] != expected["rows"]:
        raise WrongContents("%d rows instead of %d" % (found["rows"], expected["rows"]))
    if found["sha3"] != expected["sha3"]:
        raise WrongContents("as many rows as messages, but not their values")


def count_rows(database, shape):
    """While another process may be writing; 0 where there is nothing yet."""
    if not os.path.exists(database):
        return 0
    db = sqlite3.connect("file:%s?mode=ro" % database, uri=True, timeout=1)
    try:
        for table in (shape, "t"):
            try:
                return db.execute("SELECT max(rowid) FROM %s" % table).fetchone()[0] or 0
            except sqlite3.Error:
                continue
        return 0
    finally:
        db.close()
