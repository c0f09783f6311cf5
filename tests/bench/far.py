"""Loaders and a broker that is far away: scripts/bench --far 1,5,20, in milliseconds."""

import contextlib
import multiprocessing
import os
import queue
import re
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

    What the broker tells of its own address becomes the line's, so that clients stay on it. That
    TCP connects costs them nothing: the kernel answers for us. To be used in a `with`.
    """

    def __init__(self, servers, milliseconds):
        host, port = servers.split(":")
        self._broker = (host, int(port))
        self._one_way_s = milliseconds / 2000
        self._told = multiprocessing.Value("i", 0)  # how often the broker told its address

    def __enter__(self):
        with socket.create_server((self._broker[0], 0)) as listener:
            ours = listener.getsockname()
            self.servers = "%s:%d" % ours
            self._theirs, self._ours = _on_the_wire(self._broker), _on_the_wire(ours)
            # Not in our process: a loader's memory is told as no less than its parent's.
            self._process = multiprocessing.Process(
                target=self._accept, args=(listener,), daemon=True
            )
            self._process.start()
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.join()

    def check(self):
        if self._told.value == 0:
            raise SystemExit(
                "bench: Kafka tells another address than %s:%d, so loaders did not come the far way"
                % self._broker
            )

    def _accept(self, listener):
        threading.Thread(target=_end_with_parent, daemon=True).start()
        while True:
            client, _ = listener.accept()
            try:
                broker = socket.create_connection(self._broker)
            except OSError:
                client.close()
                continue
            for each in client, broker:
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._connect, args=(client, broker), daemon=True).start()

    def _connect(self, client, broker):
        there = self._carry(client, broker, lambda data: data)
        back = self._carry(broker, client, self._with_our_address)
        for thread in there + back:
            thread.join()
        client.close()
        broker.close()

    def _with_our_address(self, data):
        """An answer that tells addresses is small, and comes in one piece."""
        told = data.count(self._theirs)
        if told == 0:
            return data
        with self._told.get_lock():
            self._told.value += told
        return data.replace(self._theirs, self._ours)

    def _carry(self, source, sink, change):
        """Starts what carries until either side is shut; then both are."""
        on_the_line = queue.Queue(CHUNKS_ON_THE_LINE)

        def take():
            while data := _received(source):
                on_the_line.put((time.monotonic() + self._one_way_s, change(data)))
            on_the_line.put(None)

        def give():
            is_open = True
            while (chunk := on_the_line.get()) is not None:
                due, data = chunk
                if is_open:
                    time.sleep(max(0, due - time.monotonic()))
                    is_open = _sent(sink, data)
                if not is_open:
                    _shut(source)  # so that no more is taken
            _shut(sink)

        threads = [threading.Thread(target=work, daemon=True) for work in (take, give)]
        for thread in threads:
            thread.start()
        return threads


def _end_with_parent():
    """Also where that was ended by a signal."""
    multiprocessing.parent_process().join()
    os._exit(0)


def require_near(servers):
    """One broker that tells the address by which we know it."""
    if not re.fullmatch(r"127\.0\.0\.1:\d+", servers):
        raise SystemExit("bench: --far needs a broker at 127.0.0.1:PORT, not " + servers)


def _on_the_wire(address):
    """Kafka protocol: a host's text, and the port in four bytes."""
    return address[0].encode() + struct.pack(">i", address[1])


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


def _shut(side):
    with contextlib.suppress(OSError):  # it has ended
        side.shutdown(socket.SHUT_RDWR)


def loaders(names):
    """Sluice with its defaults, with more memory and with more workers, and the Python loader."""
    own = tools.select([tools.OWN])[0]
    return [
        own,
        variants.of(own, "sluice, 1GB", ['memory_limit="1GB"']),
        variants.with_workers(own, 4),
    ] + [tool for tool in tools.select(names or ["python-orjson"]) if tool.name != tools.OWN]


def run(distances, loaders_, places, servers, topics, work, count, topic_list):
    """Prints a table for each distance."""
    for distance in distances:
        with Line(servers, distance) as line:
            raw = "%s/far-%g.jsonl" % (work, distance)
            table = variants.run(
                loaders_, raw, places, line.servers, topics, work, count, topic_list
            )
            line.check()
        print("\n%g ms there and back\n\n%s" % (distance, table), flush=True)
