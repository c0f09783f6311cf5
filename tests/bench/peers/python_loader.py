#!/usr/bin/env python3
"""What a careful engineer would write instead of Sluice: confluent-kafka and the sqlite3 module.

  python_loader.py json|orjson SHAPE SERVERS TOPIC DATABASE

Exactly once: rows and next offsets share a transaction, and the next run goes on from there. It
ends when every partition has come to the end it had at the start. A message that cannot be read
ends it with its address. All settings that make it fast are here and in MESSAGES below.
"""

import operator
import sqlite3
import sys

from confluent_kafka import Consumer, TopicPartition

from shapes import columns, create_table, paths

MESSAGES = 10_000  # at most in one fetch, and in one transaction
WAIT_S = 0.1
TIMEOUT_S = 10
CONSUMER = {
    "group.id": "bench",  # the client insists on one; it is never joined
    "enable.auto.commit": False,
    "auto.offset.reset": "error",
    # Without these three the client stops for a second whenever its queue is full.
    "queued.min.messages": 200_000,
    "fetch.queue.backoff.ms": 10,
    "fetch.message.max.bytes": 4 << 20,
}


def row_maker(shape):
    """A function from a message's object to its row. Flat shapes need one call in C."""
    keys = paths(shape)
    if all(len(path) == 1 for path in keys):
        return operator.itemgetter(*(path[0] for path in keys))
    source = ", ".join("m" + "".join("[%r]" % key for key in path) for path in keys)
    return eval("lambda m: (%s)" % source)


class Table:
    """The table and, beside it, the next offset of each partition."""

    def __init__(self, database, shape):
        self.db = sqlite3.connect(database, isolation_level=None)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = NORMAL")
        self.db.execute(create_table(shape))
        self.db.execute(
            "CREATE TABLE IF NOT EXISTS next_offsets (topic TEXT, partition INTEGER,"
            " next_offset INTEGER, PRIMARY KEY (topic, partition)) WITHOUT ROWID"
        )
        self.insert = "INSERT INTO %s VALUES (%s)" % (shape, ", ".join("?" * len(columns(shape))))

    def next_offsets(self, topic):
        return dict(
            self.db.execute(
                "SELECT partition, next_offset FROM next_offsets WHERE topic = ?", (topic,)
            )
        )

    def write(self, topic, rows, reached):
        self.db.execute("BEGIN IMMEDIATE")
        self.db.executemany(self.insert, rows)
        self.db.executemany(
            "INSERT OR REPLACE INTO next_offsets VALUES (?, ?, ?)",
            [(topic, *position) for position in reached.items()],
        )
        self.db.execute("COMMIT")


def assign(consumer, topic, stored):
    """Starts to read what is missing. Returns the end of each partition that has something."""
    ends, start = {}, []
    for number in consumer.list_topics(topic, timeout=TIMEOUT_S).topics[topic].partitions:
        low, end = consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=TIMEOUT_S)
        begin = stored.get(number, low)
        if begin < end:
            ends[number] = end
            start.append(TopicPartition(topic, number, begin))
    consumer.assign(start)
    return ends


def load(parse, shape, servers, topic, database):
    table, make_row = Table(database, shape), row_maker(shape)
    consumer = Consumer({"bootstrap.servers": servers, **CONSUMER})
    ends = assign(consumer, topic, table.next_offsets(topic))
    while ends:
        rows, reached = [], {}
        for message in consumer.consume(MESSAGES, WAIT_S):
            if message.error():
                sys.exit("kafka: %s" % message.error())
            try:
                rows.append(make_row(parse(message.value())))
            except (ValueError, KeyError, TypeError) as error:
                sys.exit("%s/%d@%d: %s" % (topic, message.partition(), message.offset(), error))
            reached[message.partition()] = message.offset() + 1
        if rows:
            table.write(topic, rows, reached)
        for number, next_offset in reached.items():
            if next_offset >= ends.get(number, next_offset + 1):
                del ends[number]
    consumer.close()
    table.db.close()


def main():
    parser, shape, servers, topic, database = sys.argv[1:]
    if parser == "orjson":
        from orjson import loads
    else:
        from json import loads
    load(loads, shape, servers, topic, database)


if __name__ == "__main__":
    main()
