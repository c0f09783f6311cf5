"""Loaders and a broker that is far away: scripts/bench --far 1,5,20, in milliseconds."""

import multiprocessing
import queue
import socket
import struct
import threading
import time

import tools
import variants

CHUNK = 1 << 20
CHUNKS_ON_THE_LINE = 64


class Line:
    """A way to a broker on 127.0.0.1 that takes so many milliseconds there and back.

    What the broker tells of its own address becomes the line's, so that clients stay on it.
    """

    def __init__(self, servers, milliseconds):
        host, port = servers.split(":")
        self._broker = (host, int(port))
        self._one_way_s = milliseconds / 2000
        self._listener = socket.create_server((host, 0))
        self.servers = "%s:%d" % (host, self._listener.getsockname()[1])
        # Not in our process: a loader's memory is told as no less than that of who has started it.
        multiprocessing.Process(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            client, _ = self._listener.accept()
            broker = socket.create_connection(self._broker)
            for each in client, broker:
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._carry(client, broker, lambda data: data)
            self._carry(broker, client, self._with_our_address)

    def _with_our_address(self, data):
        host = self._broker[0].encode()
        ours = int(self.servers.split(":")[1])
        return data.replace(
            host + struct.pack(">i", self._broker[1]), host + struct.pack(">i", ours)
        )

    def _carry(self, source, sink, change):
        on_the_line = queue.Queue(CHUNKS_ON_THE_LINE)

        def take():
            while data := _received(source):
                on_the_line.put((time.monotonic() + self._one_way_s, change(data)))
            on_the_line.put((0, b""))

        def give():
            while True:
                due, data = on_the_line.get()
                time.sleep(max(0, due - time.monotonic()))
                if not data or not _sent(sink, data):
                    break
            for side in source, sink:
                _end(side)

        for work in take, give:
            threading.Thread(target=work, daemon=True).start()


def _received(source):
    """Empty at the end, and where the other side was reset."""
    try:
        return source.recv(CHUNK)
    except OSError:
        return b""


def _sent(sink, data):
    try:
        sink.sendall(data)
    except OSError:
        return False
    return True


def _end(side):
    try:
        side.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it has ended


def loaders(names):
    """Sluice with its defaults, with more memory and with more workers, and the Python loader."""
    own = tools.select([tools.OWN])[0]
    return [
        own,
        variants.of(own, "sluice, 1GB", ['memory_limit="1GB"']),
        variants.with_workers(own, 4),
    ] + [tool for tool in tools.select(names or ["python-orjson"]) if tool.name != tools.OWN]


def run(distances, loaders_, places, servers, topics, work, count, topic_list):
    """Returns a table for each distance."""
    text = ""
    for distance in distances:
        line = Line(servers, float(distance)) if float(distance) else None
        table = variants.run(
            loaders_,
            "%s/far-%s.jsonl" % (work, distance),
            places,
            line.servers if line else servers,
            topics,
            work,
            count,
            topic_list,
        )
        text += "\n%s ms there and back\n\n%s" % (distance, table)
    return text
