# test-chord.py - the guests' Chord program on this host: eight nodes as processes on 127.0.0.1, their keys while nodes
# join, die and leave, a stranger that sends garbage, and what it says to wrong usage. Needs neither guests nor root.
import contextlib
import hashlib
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from vbetlab import BUILD, all_processes, wait_until

CHORD = BUILD / "bin" / "chord"
NODES = 8
KEYS = 20


def free_ports(count):
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def chord(*words, status=0):
    result = subprocess.run([CHORD, *words], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    assert status is None or result.returncode == status, (words, result.returncode, result.stdout, result.stderr)
    return result


class Node:
    """A node in the foreground, which is this test's child, with a socket of its own."""

    def __init__(self, base, number, port, via=None):
        self.number = number
        self.address = f"127.0.0.1:{port}"
        self.socket = base / f"{number}.sock"
        self.log = open(base / f"{number}.log", "w+")
        options = ["--via", via.address] if via else []
        self.child = subprocess.Popen(
            [CHORD, "join", "--foreground", "--listen", self.address, "--socket", self.socket, *options],
            stdout=self.log,
            stderr=self.log,
        )

    def ask(self, *words, status=0):
        return chord("--socket", self.socket, *words, status=status)

    def joined(self):
        """Whether it is in a ring: only then it takes questions."""
        return self.ask("ring", status=None).stdout != ""

    def get(self, key):
        result = self.ask("get", key, status=None)
        return result.stdout[:-1] if result.returncode == 0 else None

    def addresses(self):
        """The ring as it is seen from here: None while it does not close."""
        result = self.ask("ring", status=None)
        if result.returncode != 0 or "does not answer" in result.stdout:
            return None
        return [line.split()[2] for line in result.stdout.splitlines()]

    def said(self):
        self.log.seek(0)
        return self.log.read()

    def end(self):
        """Waits until the process is gone by itself. Returns its exit code."""
        return self.child.wait(timeout=30)


class Ring:
    def __init__(self):
        self.nodes = []

    def __enter__(self):
        self.base = pathlib.Path(tempfile.mkdtemp(prefix="vbc-", dir="/tmp"))
        self.ports = free_ports(NODES + 2)
        return self

    def __exit__(self, kind, value, trace):
        for node in self.nodes:
            if node.child.poll() is None:
                node.child.kill()
                node.child.wait()
            if kind is not None:
                print(f"node {node.number} said: {node.said()}")
            node.log.close()
        shutil.rmtree(self.base)

    def add(self, number):
        via = self.nodes[0] if self.nodes else None
        node = Node(self.base, number, self.ports[number], via)
        self.nodes.append(node)
        wait_until(node.joined, 20, f"node {number} is in a ring")
        return node

    def closed(self):
        """Whether every node sees the same ring, of all of them."""
        wanted = sorted(node.address for node in self.nodes)
        return all(sorted(node.addresses() or []) == wanted for node in self.nodes)

    def whole(self):
        """Whether every node finds every key."""
        return all(node.get(f"key {i}") == f"value {i}" for node in self.nodes for i in range(KEYS))


def assert_lookup(ring):
    """Hops, then the owner: the same for all who ask; from the owner itself there is none to be asked."""
    owners = set()
    for node in ring.nodes:
        lines = node.ask("lookup", "key 7").stdout.splitlines()
        assert lines[0].split()[0] == "key" and len(lines[0].split()[1]) == 40, lines
        assert [line.split()[0] for line in lines[1:-1]] == [str(i + 1) for i in range(len(lines) - 2)], lines
        assert lines[-1].startswith("owner "), lines
        assert all(line.split()[2] in [other.address for other in ring.nodes] for line in lines[1:]), lines
        owners.add(lines[-1])
    assert len(owners) == 1, owners


def settled(ring):
    """Whether every node's status names the right neighbours: who is before it, and the four that follow."""
    order = ring.nodes[0].addresses() or []
    for node in ring.nodes:
        words = [line.split() for line in node.ask("status").stdout.splitlines()]
        if node.address not in order or words[0][2] != node.address:
            return False
        place = order.index(node.address)
        before = [line[2] for line in words if line[0] == "predecessor"]
        successors = [line[3] for line in words if line[0] == "successor"]
        wanted = [order[(place + 1 + i) % len(order)] for i in range(4)]
        if before != [order[place - 1]] or successors != wanted or not any(line[0] == "finger" for line in words):
            return False
    return True


def send_garbage(ring):
    """A few thousand datagrams of a stranger to every node: noise, and true beginnings with noise behind them."""
    chance = random.Random(3003)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for _ in range(500):
            for node in ring.nodes:
                noise = chance.randbytes(chance.randrange(1500))
                if chance.random() < 0.5:
                    noise = b"VC\1" + bytes([chance.randrange(16)]) + noise
                host, port = node.address.split(":")
                stranger.sendto(noise, (host, int(port)))


def ping_of(port, number, lie=b""):
    """A ping of the node 127.0.0.1:PORT, whose identifier is that of another address if it is to be a lie."""
    identifier = hashlib.sha1(lie or b"127.0.0.1:%d" % port).digest()
    return b"VC\1\6" + number.to_bytes(8, "big") + identifier + bytes([127, 0, 0, 1]) + port.to_bytes(2, "big")


def assert_liars_get_no_answer(node):
    """Of three pings only the true one is answered: neither the false identifier nor the true one of another port."""
    host, port = node.address.split(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.settimeout(20)
        own = stranger.getsockname()[1]
        for ping in (ping_of(own, 1, b"10.0.0.1:3003"), ping_of(own + 1 if own < 65535 else own - 1, 2), ping_of(own, 3)):
            stranger.sendto(ping, (host, int(port)))
        answer = stranger.recv(2000)
    assert answer[:12] == b"VC\1\7" + (3).to_bytes(8, "big"), answer


def send_garbage_commands(node):
    """The same to a node's own socket, of which some connections are never read."""
    chance = random.Random(3004)
    for i in range(200):
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
            connection.connect(str(node.socket))
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.send([b"ring\0", b"put\0x\0", b"get\0" + bytes(300), chance.randbytes(600)][i % 4])


def test_ring():
    with Ring() as ring:
        for number in range(NODES):
            ring.add(number)
        wait_until(ring.closed, 30, "all eight see one ring")
        wait_until(lambda: settled(ring), 30, "all eight know their neighbours")
        for i in range(KEYS):
            said = ring.nodes[i % NODES].ask("put", f"key {i}", f"value {i}").stdout
            assert said == "stored at 4 nodes\n", said
        assert ring.whole()
        assert_lookup(ring)
        assert ring.nodes[3].socket.stat().st_mode & 0o777 == 0o600
        assert ring.nodes[0].ask("get", "no such key", status=1).stderr == "chord: nobody in the ring has that key\n"
        assert ring.nodes[0].ask("put", "x" * 256, "y", status=2).stdout == ""
        assert ring.nodes[0].ask("put", "key 3", "other").stdout == "stored at 4 nodes\n"
        assert ring.nodes[5].get("key 3") == "other"
        ring.nodes[0].ask("put", "key 3", "value 3")

        assert_liars_get_no_answer(ring.nodes[1])
        send_garbage(ring)
        send_garbage_commands(ring.nodes[2])
        assert ring.whole()
        wait_until(ring.closed, 30, "garbage did no harm")

        # Any one is killed, the first by which all joined among them; another takes its place each time.
        for victim in (0, 4, 6):
            dead = ring.nodes.pop(victim)
            dead.child.kill()
            dead.child.wait()
            begin = time.monotonic()
            wait_until(ring.whole, 30, f"every other node finds all keys without node {dead.number}")
            print(f"{dead.address} killed: all keys found from all others after {time.monotonic() - begin:.1f} s")
            wait_until(ring.closed, 30, "seven see one ring")
            dead.log.close()
            ring.add(dead.number)  # at the socket that it left behind
            wait_until(ring.closed, 30, "all eight see one ring again")
            wait_until(lambda: settled(ring), 30, "all eight know their neighbours again")
            assert ring.whole()

        # All but one leave, by command or by signal.
        for i in range(NODES - 1):
            node = ring.nodes.pop()
            if i % 2:
                node.child.send_signal(signal.SIGTERM)
            else:
                assert node.ask("leave").stdout == ""
            assert node.end() == 0, node.said()
            assert not node.socket.exists()
            assert node.said() == "", node.said()
            node.log.close()
            wait_until(ring.whole, 30, "no key left with it")
        wait_until(ring.closed, 30, "the last one sees itself")
        last = ring.nodes[0]
        assert last.ask("leave").stdout == f"nobody was there to take all of its {KEYS} keys\n"
        assert last.end() == 0


def test_background():
    """Without --foreground, join returns once the node is in the ring, and says why it is not."""
    with Ring() as ring:
        sockets = [ring.base / "a", ring.base / "b"]
        addresses = [f"127.0.0.1:{port}" for port in ring.ports]
        chord("join", "--listen", addresses[0], "--socket", sockets[0])
        try:
            first = process_of(sockets[0])
            again = chord("join", "--listen", addresses[1], "--socket", sockets[0], status=1)
            assert "a node runs here already" in again.stderr, again.stderr
            taken = chord("join", "--listen", addresses[0], "--socket", sockets[1], status=1)
            assert "cannot be had" in taken.stderr and not sockets[1].exists(), taken.stderr
            nobody = chord("join", "--listen", addresses[1], "--via", addresses[2], "--socket", sockets[1], status=1)
            assert f"no node of a ring answers at {addresses[2]}" in nobody.stderr, nobody.stderr
            assert not sockets[1].exists()
            chord("join", "--listen", addresses[1], "--via", addresses[0], "--socket", sockets[1])
            second = process_of(sockets[1])
            chord("leave", "--socket", sockets[1])
            wait_until(lambda: not second.alive(), 20, "the second one is gone")
        finally:
            chord("leave", "--socket", sockets[0])
        wait_until(lambda: not first.alive(), 20, "the first one is gone")


def process_of(path):
    """The node that was started with that socket."""
    for process in all_processes():
        with contextlib.suppress(OSError):
            words = pathlib.Path(f"/proc/{process.pid}/cmdline").read_bytes().split(b"\0")
            if process.name == "chord" and str(path).encode() in words:
                return process
    raise AssertionError(f"no node with {path}")


def test_usage():
    assert chord("--help").stdout.startswith("Usage: chord ")
    assert chord(status=2).stderr.startswith("Usage: chord ")
    cases = [
        (2, 'there is no command "jion"', ["jion"]),
        (2, 'it is "chord get KEY"', ["get"]),
        (2, 'it is "chord put KEY VALUE"', ["put", "a"]),
        (2, 'for "chord join"', ["ring", "--via", "10.0.0.1"]),
        (2, "is not the address of a node", ["join", "--via", "10.0.0.256"]),
        (2, "is not the address of a node", ["join", "--via", "10.0.0.1:70000"]),
        (2, "is not the address of a node", ["join", "--listen", "0.0.0.0:3003"]),
        (2, "names this node itself", ["join", "--listen", "10.0.0.1", "--via", "10.0.0.1:3003"]),
        (1, "no node runs here", ["--socket", "/nonexistent/socket", "ring"]),
        (1, "File name too long", ["--socket", "/" + "x" * 200, "ring"]),
        (2, "a value at most 1024", ["put", "a", "x" * 3000]),
    ]
    for status, words, arguments in cases:
        said = chord(*arguments, status=status)
        assert words in said.stderr and said.stderr.count("\n") == 1 and said.stdout == "", (arguments, said)


def main():
    if not CHORD.exists():
        sys.exit(f"{CHORD} is not built")
    tests = [test_usage, test_background, test_ring]
    wanted = sys.argv[1:] or [test.__name__ for test in tests]
    unknown = set(wanted) - {test.__name__ for test in tests}
    if unknown:
        sys.exit(f"no scenario {' '.join(sorted(unknown))}")
    for test in tests:
        if test.__name__ in wanted:
            test()
            print(f"{test.__name__}: passed", flush=True)


if __name__ == "__main__":
    os.umask(0o077)
    main()
