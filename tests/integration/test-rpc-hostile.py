# test-rpc-hostile.py - clients of an engine that misbehave in every way, and engines that do: others don't notice.
import base64
import contextlib
import json
import os
import pathlib
import random
import selectors
import signal
import socket
import statistics
import subprocess
import sys
import time

from vbetlab import BUILD, VBETCTL, all_processes, main, wait_until

PAIR = """
h1 = attach(alloc(host), alloc(NIC, ip=10.0.0.1/24))
h2 = attach(alloc(host), alloc(NIC, ip=10.0.0.2/24))
link(h1, h2)
"""
CROWD = 200
CROWD_SECONDS = 12
# What another client waits at most; the figure to reach is 0.1 s, on a machine with nothing else to do.
PATIENCE = 5.0
MEMORY_MAX = 64 * 2**20
METHODS = ("lab.info lab.apply lab.text lab.status device.status lab.counters lab.calls lab.call call.retry lab.steps "
           "lab.step lab.step-cancel lab.checks device.resources device.exec device.exec-cancel device.put device.get "
           "device.shell-resize capture.start capture.stop cable.measure cable.measure-cancel console.open "
           "console.resize").split()


def frame(body):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


def request(method, identifier=1, **params):
    return frame({"jsonrpc": "2.0", "id": identifier, "method": method, "params": params})


class Connection:
    """A well-behaved client past vbetctl."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(60)
        wait_until(lambda: self._connected(path), 60, "the engine takes a connection")
        self.stream = self.socket.makefile("rb")

    def _connected(self, path):
        try:
            self.socket.connect(str(path))
            return True
        except BlockingIOError:  # the queue is full
            return False

    def receive(self):
        """The next message; None at the end, also when the engine has not read all that was said."""
        size = 0
        with contextlib.suppress(ConnectionResetError):
            while line := self.stream.readline():
                if not line.strip():
                    return json.loads(self.stream.read(size))
                if line.lower().startswith(b"content-length:"):
                    size = int(line.split(b":")[1])
        return None

    def call(self, method, **params):
        self.socket.sendall(request(method, 7, **params))
        while message := self.receive():
            if message.get("id") == 7:
                return message

    def close(self):
        self.stream.close()
        self.socket.close()


# --- the crowd -------------------------------------------------------------------------------------


class Hostile:
    """One that connects, says what it has to say as far as the engine takes it, and begins anew when it is cut off."""

    reads = False
    again = False  # says it again and again

    def __init__(self, path, say):
        self.path = path
        self.say = say
        self.socket = None
        self.pending = memoryview(b"")

    def connect(self):
        self.close()
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.setblocking(False)
        self.pending = memoryview(self.say())
        try:
            self.socket.connect(str(self.path))
        except OSError:
            self.close()

    def close(self):
        if self.socket is not None:
            self.socket.close()
        self.socket = None

    def turn(self):
        if self.socket is None:
            self.connect()
        if self.socket is None:
            return
        try:
            if self.reads:
                with contextlib.suppress(BlockingIOError):
                    if self.socket.recv(65536) == b"":
                        self.close()
                        return
            if not self.pending and self.again:
                self.pending = memoryview(self.say())
            if self.pending:
                self.pending = self.pending[self.socket.send(self.pending[:262144]) :]
        except BlockingIOError:
            pass
        except OSError:
            self.close()


class Reader(Hostile):
    reads = True
    again = True


class Flooder(Hostile):
    again = True


class Visitor(Hostile):
    """Connects and goes, with half a word or none."""

    def turn(self):
        self.connect()
        super().turn()
        self.close()


def garbage():
    values = [None, True, -1, 1.5, "x" * 300, [], {}, [[]], {"a": {"b": []}}, 2**63, "\u0001"]
    params = {name: random.choice(values) for name in ("device", "text", "argv", "command", "path", "contents", "cable",
                                                       "index", "number", "rows", "filter", "count", "stream")}
    return frame({"jsonrpc": "2.0", "id": random.choice([1, "a", None, [], {}]), "method": random.choice(METHODS),
                  "params": random.choice([params, params, params, [], 1, None])})


def crowd(path, seconds):
    """Runs as a process of its own, which leaves the processor to those who need it: it is the engine that is tried."""
    os.nice(10)
    many = b'{"jsonrpc":"2.0","id":1,"method":"lab.info","params":{' + b",".join(
        b'"k%d":0' % number for number in range(1000000)) + b"}}"
    big = request("device.put", device="h1", path="/tmp/big", contents=base64.b64encode(bytes(4 * 2**20)).decode())
    status = b"".join(request("lab.status", number) for number in range(50))
    kinds = [
        (Hostile, lambda: b"Content-Le"),
        (Hostile, lambda: b"Content-Length: 11000000\r\n\r\n" + b" " * 5000000),
        (Hostile, lambda: b"Content-Length: 99999999999\r\n\r\n"),
        (Hostile, lambda: frame(b"[" * 100000)),
        (Hostile, lambda: frame(many)),
        (Flooder, lambda: status),
        (Hostile, lambda: request("device.get", device="h1", path="/tmp/file") * 3),
        (Hostile, lambda: request("device.exec", device="h1", argv=["yes"], stream="s")),
        (Hostile, lambda: request("device.exec", device="h1", argv=["yes"], timeout=5)),
        (Reader, lambda: status),
        (Reader, garbage),
        (Reader, lambda: big),
        (Visitor, lambda: b"Content-Length: 10\r\n\r\n{"),
    ]
    clients = [kind(path, say) for kind, say in (kinds[number % len(kinds)] for number in range(CROWD))]
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for client in clients:
            client.turn()
            if time.monotonic() > end:
                break


def memory_of(pid):
    """Its resident memory, at most and now, bytes."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return [int(line.split()[1]) * 1024 for word in ("VmHWM", "VmRSS")
            for line in status.splitlines() if line.startswith(word)]


def check_memory(pid, what):
    most, now = memory_of(pid)
    print(f"   {what}: engine's memory {most / 2**20:.1f} MiB at most, {now / 2**20:.1f} MiB now", flush=True)
    # What sanitizers keep is theirs.
    if "-fsanitize" not in (BUILD / "Makefile").read_text():
        assert most < MEMORY_MAX, most


def a_crowd_of_hostile_clients(place):
    lab = place.run(place.write("pair.vbet", PAIR))
    path = place.runtime / lab / "rpc"
    pid = place.status(lab)["pid"]
    place.exec(lab, "h1", "sh", "-c", "dd if=/dev/urandom of=/tmp/file bs=1M count=8 2>/dev/null")
    place.exec(lab, "h2", "sh", "-c", f"ping -i 0.1 -W 5 -c {CROWD_SECONDS * 10} 10.0.0.1 >/tmp/ping.txt 2>&1 &")
    check_memory(pid, "before")
    attacker = subprocess.Popen([sys.executable, __file__, "--crowd", str(path), str(CROWD_SECONDS)])
    times = []
    try:
        other = Connection(path)
        while attacker.poll() is None:
            began = time.monotonic()
            answer = other.call("lab.info")
            times.append(time.monotonic() - began)
            assert answer is not None and answer.get("result", {}).get("id") == lab, answer
            time.sleep(0.01)
        other.close()
    finally:
        attacker.kill()
        attacker.wait()
    assert attacker.returncode == 0, attacker.returncode
    print(f"   lab.info beside {CROWD} hostile clients, {len(times)} times: median {statistics.median(times) * 1e3:.1f} ms, "
          f"99 % below {sorted(times)[len(times) * 99 // 100] * 1e3:.1f} ms, most {max(times) * 1e3:.1f} ms", flush=True)
    assert max(times) < PATIENCE, max(times)
    check_memory(pid, "after")

    def pinged():
        text = place.exec(lab, "h2", "cat", "/tmp/ping.txt").stdout
        return text if "packet loss" in text else None

    result = wait_until(pinged, 60, "the ping ends")
    assert f"{CROWD_SECONDS * 10} received, 0% packet loss" in result, result
    place.stop(lab)


# --- commands and their clients -----------------------------------------------------------------------


def commands_called(place, lab, device, name):
    return place.exec(lab, device, "sh", "-c", f"pgrep -xc {name}", check=False).stdout.strip()


def a_command_ends_with_its_client(place):
    lab = place.run(place.write("pair.vbet", PAIR))
    pid = place.status(lab)["pid"]
    for _ in range(80):  # more than a guest has places for commands
        client = Connection(place.runtime / lab / "rpc")
        client.socket.sendall(request("device.exec", device="h1", argv=["yes"], stream="s"))
        assert client.receive()["method"] == "exec.output"
        client.close()
    quiet = Connection(place.runtime / lab / "rpc")
    quiet.socket.sendall(request("device.exec", device="h1", argv=["sleep", "1000"]))
    wait_until(lambda: commands_called(place, lab, "h1", "sleep") == "1", 30, "the command runs")
    quiet.close()
    with subprocess.Popen([str(VBETCTL), "exec", lab, "h1", "--", "yes"], env=place.environment,
                          stdout=subprocess.PIPE) as reader:
        assert reader.stdout.read(100000).startswith(b"y\n")
        reader.kill()
    wait_until(lambda: commands_called(place, lab, "h1", "yes") == "0", 30, "the commands end")
    wait_until(lambda: commands_called(place, lab, "h1", "sleep") == "0", 30, "the quiet command ends, too")
    check_memory(pid, "commands whose clients are gone")
    place.stop(lab)


def a_command_waits_for_its_reader(place):
    """Nothing of the output is lost, and nothing of it piles up."""
    lab = place.run(place.write("pair.vbet", PAIR))
    pid = place.status(lab)["pid"]
    size = 40 * 2**20
    with subprocess.Popen([str(VBETCTL), "exec", lab, "h1", "--", "sh", "-c", f"yes | head -c {size}"],
                          env=place.environment, stdout=subprocess.PIPE) as reader:
        first = reader.stdout.read(2)
        # Who does not read stops it: the command is there, and stopped, while others of the guest's go on.
        wait_until(lambda: "T" in place.exec(lab, "h1", "sh", "-c", "ps -o stat= -C yes").stdout, 30,
                   "the command is stopped")
        total = len(first)
        while piece := reader.stdout.read(65536):
            assert piece.strip(b"y\n") == b"", piece
            total += len(piece)
    assert reader.returncode == 0, reader.returncode
    assert total == size, (total, size)
    check_memory(pid, "40 MiB of output")
    place.stop(lab)


def output_is_bounded(place):
    lab = place.run(place.write("pair.vbet", PAIR))
    pid = place.status(lab)["pid"]
    answer = place.rpc(lab, "device.exec", device="h1", command="yes | head -c 9000000")
    assert answer["truncated"] is True and answer["status"] == 0, {**answer, "stdout": ""}
    assert len(base64.b64decode(answer["stdout"])) == 4 * 2**20
    answer = place.rpc(lab, "device.exec", device="h1", command="echo x")
    assert "truncated" not in answer and base64.b64decode(answer["stdout"]) == b"x\n", answer
    place.exec(lab, "h1", "sh", "-c", "head -c 8388608 /dev/urandom >/tmp/most; head -c 8388609 /dev/zero >/tmp/more")
    copy = place.base / "most"
    place.ctl("cp", lab, "h1:/tmp/most", copy)
    place.ctl("cp", lab, copy, "h1:/tmp/back")
    place.exec(lab, "h1", "cmp", "/tmp/most", "/tmp/back")
    answer = place.rpc(lab, "device.get", device="h1", path="/tmp/more")
    assert answer["message"] == "The file is larger than 8 MiB", answer
    check_memory(pid, "the largest files and output")
    place.stop(lab)


# --- limits ----------------------------------------------------------------------------------------------


def limits_are_told(place):
    lab = place.run(place.write("pair.vbet", PAIR))
    path = place.runtime / lab / "rpc"

    def refusal(data):
        client = Connection(path)
        client.socket.sendall(data)
        message = client.receive()
        assert client.receive() is None  # and hangs up
        client.close()
        return message["error"]

    assert refusal(b"GET / HTTP/1.0\r\n\r\n")["code"] == -32700
    assert "larger than one may be" in refusal(b"Content-Length: 20000000\r\n\r\n")["message"]
    assert "levels" in refusal(frame(b"[" * 33 + b"]" * 33))["message"]
    assert "more values" in refusal(frame([0] * 20001))["message"]
    assert refusal(frame([]))["code"] == -32600
    one = Connection(path)
    assert one.call("no.such")["error"]["code"] == -32601
    for number in range(257):
        one.socket.sendall(request("device.exec", number + 100, device="h1", argv=["sleep", "1000"]))
    message = one.receive()
    assert message["id"] == 356 and message["error"]["code"] == -32005, message
    assert "result" in one.call("lab.info")  # what is answered at once has always room
    one.close()
    place.exec(lab, "h1", "true")
    crowd = []
    for _ in range(256):
        crowd.append(Connection(path))
    wait_until(lambda: "as many as it may" in (Connection(path).receive() or {}).get("error", {}).get("message", ""), 20,
               "one connection too many is told so")
    refused = place.ctl("status", lab, check=False)
    assert refused.returncode == 1 and "has 256 clients" in refused.stderr, refused
    for client in crowd:
        client.close()
    wait_until(lambda: place.ctl("status", lab, check=False).returncode == 0, 20, "there are places again")
    place.stop(lab)


def the_log_is_a_ring(place):
    lab = place.run(place.write("pair.vbet", PAIR.replace("link(h1, h2)", "c = link(h1, h2)")))
    client = Connection(place.runtime / lab / "rpc")
    for _ in range(11):
        answer = client.call("lab.call", text="set(c, delay=1ms) set(c, delay=2ms) " * 500)
        assert len(answer["result"]["calls"]) == 1000, answer.get("error")
    calls = client.call("lab.calls")["result"]["calls"]
    assert len(calls) == 10000 and calls[-1]["number"] - calls[0]["number"] == 9999, (len(calls), calls[0], calls[-1])
    last = calls[-1]["number"]
    assert [call["number"] for call in client.call("lab.calls", since=last - 2)["result"]["calls"]] == [last - 1, last]
    assert client.call("lab.calls", since=1)["result"]["calls"] == calls
    assert client.call("call.retry", number=1)["error"]["code"] == -32003
    client.close()
    place.stop(lab)


def a_begun_message_has_its_time(place):
    lab = place.run(place.write("pair.vbet", PAIR))
    client = Connection(place.runtime / lab / "rpc")
    client.socket.sendall(b"Content-Length: 10\r\n\r\n{")
    message = client.receive()
    assert "not complete after 10 seconds" in message["error"]["message"], message
    assert client.receive() is None
    place.stop(lab)


# --- engines that misbehave ---------------------------------------------------------------------------------


def an_engine_that_hangs(place):
    good = place.run(place.write("good.vbet", PAIR))
    bad = place.run(place.write("bad.vbet", PAIR))
    pid = place.status(bad)["pid"]
    os.kill(pid, signal.SIGSTOP)
    began = time.monotonic()
    listed = place.ctl("ps", check=False)
    print(f"   ps beside an engine that hangs: {time.monotonic() - began:.1f} s", flush=True)
    assert listed.returncode == 1 and "does not answer" in listed.stdout, listed
    assert f"kill -KILL {pid}" in listed.stderr, listed
    assert {lab["id"]: lab["answers"] for lab in json.loads(place.ctl("ps", "--json", check=False).stdout)} == {
        good: True, bad: False}
    began = time.monotonic()
    status = place.ctl("status", bad, check=False)
    print(f"   its status: {time.monotonic() - began:.1f} s", flush=True)
    assert status.returncode == 1 and f"kill -KILL {pid}" in status.stderr, status
    began = time.monotonic()
    stopped = place.ctl("stop", "-a", check=False)
    print(f"   stop -a: {time.monotonic() - began:.1f} s", flush=True)
    assert stopped.returncode == 1 and f"kill -KILL {pid}" in stopped.stderr, stopped
    assert place.labs() == [bad], place.labs()
    assert place.ctl("stop", bad, check=False).returncode == 1
    os.kill(pid, signal.SIGKILL)  # as it says; the warden does the rest


def somebody_elses_socket(place):
    if os.geteuid() != 0:
        print("SKIP: only root can be somebody else")
        return
    lab = place.run(place.write("pair.vbet", PAIR))
    stranger = 12345
    owner = place.runtime.stat()
    foreign = place.runtime / "foreign"
    foreign.mkdir()
    os.chown(foreign, stranger, stranger)
    # Doors that somebody opened, or that were open when we came: who connects is looked at all the same.
    doors = (place.runtime, place.runtime / lab)
    for folder in doors:
        folder.chmod(0o711)
    (place.runtime / lab / "rpc").chmod(0o666)
    asks = ("import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); "
            "print(s.makefile().read())")
    as_stranger = ["setpriv", f"--reuid={stranger}", "--clear-groups", sys.executable, "-c"]
    said = subprocess.run([*as_stranger, asks, str(place.runtime / lab / "rpc")], capture_output=True, text=True,
                          timeout=60)
    assert f"runs as the user with the number {stranger}" in said.stdout, said
    listens = ("import socket, sys; s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(); "
               "print('listening', flush=True); sys.stdin.read()")
    with subprocess.Popen([*as_stranger, listens, str(foreign / "rpc")], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as listener:
        assert listener.stdout.readline() == b"listening\n"
        # A client enters no folder that others can enter, nor one of somebody else.
        refused = place.ctl("status", lab, check=False)
        assert refused.returncode == 1 and "Other users can enter the folder" in refused.stderr, refused
        for folder in doors:
            folder.chmod(0o700)
        refused = place.ctl("status", "foreign", check=False)
        assert refused.returncode == 1 and str(foreign) in refused.stderr, refused
        # In a folder of ours it sees whose socket it is.
        os.chown(foreign, owner.st_uid, owner.st_gid)
        foreign.chmod(0o700)
        status = place.ctl("status", "foreign", check=False)
        assert status.returncode == 1 and f"the number {stranger}" in status.stderr, status
        assert place.ctl("ps", "--ids").stdout.split() == [lab]
        listener.stdin.close()
    (foreign / "rpc").unlink()
    foreign.rmdir()
    place.stop(lab)


if __name__ == "__main__":
    if len(sys.argv) > 3 and sys.argv[1] == "--crowd":
        crowd(sys.argv[2], float(sys.argv[3]))
        sys.exit(0)
    main(
        a_crowd_of_hostile_clients,
        a_command_ends_with_its_client,
        a_command_waits_for_its_reader,
        output_is_bounded,
        limits_are_told,
        the_log_is_a_ring,
        a_begun_message_has_its_time,
        an_engine_that_hangs,
        somebody_elses_socket,
    )
