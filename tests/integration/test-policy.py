# test-policy.py - the guests' policy program on this host: a server and a firewall's agent as processes, with an nft that
# only writes down what it is given. Broken, large and old policies, somebody in the middle who changes, cuts and repeats
# what is said, connections that say nothing, an agent that is killed. Needs no guests; root for one scenario.
import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading

from vbetlab import BUILD, Process, descendants, own_world, wait_until

OWN = own_world()
FWPOLICY = BUILD / "bin" / "fwpolicy"
KEY = "the key of the test, 0123456789\n"
NETWORKS = "network n1 192.168.1.0/24\nnetwork n5 192.168.5.0/24\n"

# Fails as long as a file "fails" is there, and when it is not only to check waits as long as there is a FIFO "waits".
NFT = """#!/bin/sh
cd "$NFT_DIR" || exit 1
[ ! -f fails ] || { cat fails >&2; exit 1; }
[ "$3" != -c ] || { grep -q -v '^flush table' || [ -f ruleset ]; exit; }
[ ! -p waits ] || { : >waiting; read -r word <waits; }
cat >ruleset.$$ && mv ruleset.$$ ruleset
"""


def policy(version, rule="allow http from any to n5"):
    return f"version {version}\n{NETWORKS}{rule}\n"


def fwpolicy(*words, status=0):
    result = subprocess.run([FWPOLICY, *words], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    assert status is None or result.returncode == status, (words, result.returncode, result.stdout, result.stderr)
    return result


class Role:
    """The server, or the agent of a firewall, in the foreground below a root of its own."""

    def __init__(self, root, *words, environment=None):
        self.root = root
        self.words = words
        self.environment = environment
        self.child = None
        (root / "etc" / "fwpolicy").mkdir(parents=True)
        (root / "etc" / "fwpolicy" / "key").write_text(KEY)

    def start(self):
        self.child = subprocess.Popen(
            [FWPOLICY, *self.words, "--foreground", "--root", self.root], env=self.environment, stdin=subprocess.DEVNULL
        )
        wait_until(self.shown, 20, f"{self.words} runs")

    def kill(self):
        if self.child is not None:
            self.child.kill()
            self.child.wait()
        self.child = None

    def shown(self):
        return fwpolicy("show", "--root", self.root, status=None).stdout

    def log(self):
        return (self.root / "var" / "log" / "fwpolicy.log").read_text()

    def wait_for(self, text):
        try:
            wait_until(lambda: text in self.shown(), 20, f"{text!r}")
        except AssertionError as error:
            raise AssertionError(f"{error}; {self.words} shows: {self.shown()}") from None


class Pair:
    """A server and an agent."""

    def __enter__(self):
        self.base = pathlib.Path(tempfile.mkdtemp(prefix="vbp-", dir="/tmp"))
        self.nft = self.base / "nft"
        self.nft.mkdir()
        (self.nft / "nft").write_text(NFT)
        (self.nft / "nft").chmod(0o755)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.server = Role(self.base / "server", "serve", "--port", str(self.port))
        self.agent = self.make_agent(self.port)
        return self

    def make_agent(self, port):
        path = f"{self.nft}:{os.environ['PATH']}"
        environment = dict(os.environ, PATH=path, NFT_DIR=str(self.nft))
        return Role(self.base / f"agent-{port}", "agent", "127.0.0.1", "--port", str(port), environment=environment)

    def __exit__(self, kind, value, trace):
        self.server.kill()
        self.agent.kill()
        if kind is not None:
            for log in self.base.glob("*/var/log/fwpolicy.log"):
                print(f"{log}:\n{log.read_text()}")
        shutil.rmtree(self.base)

    def write(self, text):
        (self.server.root / "etc" / "fwpolicy" / "policy").write_bytes(text if isinstance(text, bytes) else text.encode())

    def rules(self):
        with contextlib.suppress(FileNotFoundError):
            return (self.nft / "ruleset").read_text()
        return ""

    def denies(self):
        return "policy drop" in self.rules() and "comment" not in self.rules()

    def start(self, text):
        self.write(text)
        self.server.start()
        self.agent.start()

    def assert_refused(self, text, reason, version):
        """Both sides say why, and what was in force still is."""
        before = self.rules()
        self.write(text)
        self.agent.wait_for(f"refuses      {reason}")
        self.server.wait_for(f"{version:<10} refuses: {reason}")
        assert f"version {version}, in force" in self.agent.shown() and self.rules() == before


def test_versions():
    with Pair() as pair:
        pair.start(policy(3))
        pair.agent.wait_for("version 3, in force")
        pair.server.wait_for("3          in force")
        assert "tcp dport 80" in pair.rules() and "policy drop" in pair.rules(), pair.rules()
        pair.write(policy(4, "allow tcp 8080 from any to n5"))
        pair.agent.wait_for("version 4, in force")
        assert "tcp dport 8080" in pair.rules() and "dport 80 " not in pair.rules(), pair.rules()
        pair.assert_refused(policy(3), "version 3 is older than version 4", 4)
        pair.assert_refused(policy(4), "version 4 is in force with another text", 4)
        pair.assert_refused(policy(5, "allow htttp from n1 to n5"), 'line 4: "htttp" is no service', 4)
        pair.assert_refused(os.urandom(64) + b"\0\n" + policy(6).encode(), "line 1:", 4)
        pair.assert_refused(b"", "the policy has no version", 4)
        pair.write(policy(5))
        pair.agent.wait_for("version 5, in force")
        assert "refuses" not in pair.agent.shown() and "last refusal 2" in pair.agent.shown(), pair.agent.shown()
        # An agent that is started again has what was in force, and does not go back either.
        pair.agent.kill()
        fwpolicy("show", "--root", pair.agent.root, status=1)
        pair.write(policy(4))
        pair.agent.start()
        pair.agent.wait_for("refuses      version 4 is older than version 5")
        assert "version 5, in force" in pair.agent.shown()


def test_large():
    """10 MB: nobody reads them."""
    with Pair() as pair:
        pair.start(policy(1))
        pair.agent.wait_for("version 1, in force")
        large = policy(2).encode() + b"# no end\n" * 1200000
        pair.assert_refused(large, f"the policy has {len(large)} bytes; shorten it to 65536", 1)
        for role in pair.server, pair.agent:
            read = int(pathlib.Path(f"/proc/{role.child.pid}/io").read_text().split()[1])
            assert read < 1000000, (role.words, read)
        pair.write(policy(2))
        pair.agent.wait_for("version 2, in force")


def test_no_server():
    with Pair() as pair:
        pair.agent.start()
        pair.agent.wait_for("cannot be reached: Connection refused")
        assert pair.denies() and "none yet" in pair.agent.shown()
        pair.server.start()
        pair.agent.wait_for("answers, but has no policy")
        assert "No such file" in pair.server.shown(), pair.server.shown()
        (pair.server.root / "etc" / "fwpolicy" / "policy").mkdir()
        pair.server.wait_for("it is no file")
        (pair.server.root / "etc" / "fwpolicy" / "policy").rmdir()
        pair.write(policy(1))
        pair.agent.wait_for("version 1, in force")
        pair.server.kill()
        pair.agent.wait_for("cannot be reached")
        assert "version 1, in force" in pair.agent.shown()
        pair.server.start()
        pair.agent.wait_for("127.0.0.1 answers")


def test_other_key():
    with Pair() as pair:
        (pair.agent.root / "etc" / "fwpolicy" / "key").write_text(KEY.upper())
        pair.start(policy(1))
        pair.agent.wait_for("compare /etc/fwpolicy/key")
        pair.server.wait_for("connections without the key, the last one from 127.0.0.1")
        assert pair.denies() and "none yet" in pair.agent.shown()


class Middle:
    """Somebody on the way between agent and server, who does to answers what he likes."""

    def __init__(self, port):
        self.to = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.change = lambda answer: answer
        self.last = b""
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    @staticmethod
    def message(connection):
        data = b""
        while len(data) < 8 or len(data) < int.from_bytes(data[4:8], "big"):
            piece = connection.recv(65536)
            if not piece:
                break
            data += piece
        return data

    def run(self):
        while True:
            near, _ = self.listener.accept()
            with contextlib.suppress(OSError), near, socket.create_connection(("127.0.0.1", self.to)) as far:
                near.sendall(self.message(far))
                far.sendall(self.message(near))
                self.last = self.message(far)
                near.sendall(self.change(self.last))


def test_middle():
    with Pair() as pair:
        middle = Middle(pair.port)
        pair.agent = pair.make_agent(middle.port)
        pair.start(policy(1))
        pair.agent.wait_for("version 1, in force")
        old = middle.last
        cases = [
            (lambda answer: old, "sends an old answer"),
            (lambda answer: answer[:-40] + b"\1" + answer[-39:], "sends an answer without the key"),
            (lambda answer: answer[:-1], "ends in the middle of its answer"),
            (lambda answer: b"", "does not take this firewall's report"),
            (lambda answer: b"FP\1\3\xff\xff\xff\xff" + bytes(1000000), "sends what is no answer"),
            (lambda answer: os.urandom(200), "sends what is no answer"),
        ]
        for change, said in cases:
            middle.change = change
            pair.agent.wait_for(said)
        pair.write(policy(2))
        middle.change = lambda answer: old
        pair.agent.wait_for("sends an old answer")
        assert "version 1, in force" in pair.agent.shown()
        middle.change = lambda answer: answer
        pair.agent.wait_for("version 2, in force")


def test_strangers():
    """Connections that say nothing, or garbage, from many addresses: firewalls are served all the same."""
    with Pair() as pair, contextlib.ExitStack() as stack:
        pair.start(policy(1))
        pair.agent.wait_for("version 1, in force")
        silent = []
        for i in range(80):
            one = stack.enter_context(socket.socket())
            one.bind((f"127.0.1.{i % 40 + 1}", 0))
            one.connect(("127.0.0.1", pair.port))
            if i % 3 == 0:
                one.sendall(os.urandom(3 + i) if i % 2 else b"FP\1\2\0\0\0\xff")
            silent.append(one)
        pair.write(policy(2))
        pair.agent.wait_for("version 2, in force")
        pair.server.wait_for("connections without the key")
        for one in silent:
            one.settimeout(20)
            with contextlib.suppress(ConnectionResetError):
                while one.recv(1000):
                    pass
        assert pair.server.child.poll() is None
        # One address gets a few connections at a time.
        crowd = [stack.enter_context(socket.create_connection(("127.0.0.1", pair.port), source_address=("127.0.2.1", 0))) for _ in range(5)]
        crowd[4].settimeout(20)
        assert crowd[0].recv(8)[:2] == b"FP"
        with contextlib.suppress(ConnectionResetError):
            assert crowd[4].recv(8) == b""
        assert len(os.listdir(f"/proc/{pair.server.child.pid}/fd")) < 50


def test_nft_fails():
    with Pair() as pair:
        (pair.nft / "fails").write_text("no such \x1bthing\nmore\n")
        pair.start(policy(1))
        pair.agent.wait_for("refuses      nft: no such ?thing")
        pair.server.wait_for("none       refuses: nft: no such ?thing")
        (pair.nft / "fails").unlink()
        pair.agent.wait_for("version 1, in force")
        assert pair.agent.log().count("refused:") == 1, pair.agent.log()


def test_killed():
    """Between keeping the policy and putting it in force: the next start puts it in force, without a server."""
    with Pair() as pair:
        pair.start(policy(1))
        pair.agent.wait_for("version 1, in force")
        os.mkfifo(pair.nft / "waits")
        pair.write(policy(2, "allow ssh from any to n1"))
        wait_until((pair.nft / "waiting").exists, 20, "nft is at work")
        nft = [process for process in descendants(pair.agent.child.pid) if process.pid != pair.agent.child.pid]
        assert len(nft) == 1, nft
        pair.agent.kill()
        pair.server.kill()
        wait_until(lambda: not any(process.alive() for process in nft), 20, "nft is gone with the agent")
        assert "dport 80 " in pair.rules(), "the old rules are in force whole"
        (pair.nft / "waits").unlink()
        pair.agent.start()
        assert "version 2, in force" in pair.agent.shown(), pair.agent.shown()
        assert "dport 22 " in pair.rules()
        # A kept policy that was damaged is none; the server's is taken.
        pair.agent.kill()
        saved = pair.agent.root / "var" / "lib" / "fwpolicy" / "policy"
        saved.write_text("version 2\nnetw")
        pair.agent.start()
        assert "none yet" in pair.agent.shown() and "is of no use: line 2:" in pair.agent.log()
        assert "dport 22 " in pair.rules(), "rules that are in force stay"
        pair.server.start()
        pair.agent.wait_for("version 2, in force")
        assert saved.read_text() == policy(2, "allow ssh from any to n1")


def test_addresses():
    """A firewall has the rules of the networks in which it has an address, whenever it gets one."""
    if not OWN:
        print("not tried: other addresses (needs root and a network namespace)")
        return
    subprocess.run(["ip", "tuntap", "add", "test0", "mode", "tap"], check=True)
    subprocess.run(["ip", "link", "set", "test0", "up"], check=True)
    with Pair() as pair:
        pair.start(policy(1, "allow http from n1 to n5"))
        pair.agent.wait_for("networks     none of the policy")
        assert pair.denies()
        subprocess.run(["ip", "addr", "add", "192.168.5.1/24", "dev", "test0"], check=True)
        pair.agent.wait_for("networks     n5")
        assert "ip daddr 192.168.5.0/24 tcp dport 80 accept" in pair.rules()
        (pair.nft / "fails").write_text("busy\n")
        subprocess.run(["ip", "addr", "del", "192.168.5.1/24", "dev", "test0"], check=True)
        wait_until(lambda: "but the old rules: nft: busy" in pair.agent.log(), 20, "nft fails")
        (pair.nft / "fails").unlink()
        pair.agent.wait_for("networks     none of the policy")
        assert pair.denies()
    subprocess.run(["ip", "link", "del", "test0"], check=True)


def test_background():
    """A daemon is there when its command returns; there is one of each a host; killed, it is known for dead."""
    with Pair() as pair:
        root = pair.server.root
        pair.write(policy(1))
        command = ("serve", "--port", str(pair.port), "--root", root)
        fwpolicy(*command)
        assert "policy       version 1" in wait_until(pair.server.shown, 20, "the server tells")
        assert "runs here already" in fwpolicy(*command, status=1).stderr
        taken = Role(pair.base / "second", "serve", "--port", str(pair.port))
        assert "cannot be had" in fwpolicy("serve", "--port", str(pair.port), "--root", taken.root, status=1).stderr
        pid = next(int(entry) for entry in os.listdir("/proc") if entry.isdigit() and holds(entry, root))
        process = Process(pid)
        process.kill()
        wait_until(lambda: not process.alive(), 20, "the server is gone")
        assert "neither server nor agent runs here" in fwpolicy("show", "--root", root, status=1).stderr


def holds(pid, root):
    with contextlib.suppress(OSError):
        words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        return words[0].endswith(b"fwpolicy") and str(root).encode() in words
    return False


def test_usage():
    assert fwpolicy("--help").stdout.startswith("Usage: fwpolicy ")
    assert fwpolicy(status=2).stderr.startswith("Usage: fwpolicy ")
    with tempfile.TemporaryDirectory() as base:
        good, bad = pathlib.Path(base) / "good", pathlib.Path(base) / "bad"
        good.write_text(policy(7))
        bad.write_text("version 7\nallow\n")
        assert fwpolicy("check", good).stdout == f"{good}: version 7, 2 networks, 1 rules\n"
        (pathlib.Path(base) / "etc" / "fwpolicy").mkdir(parents=True)
        (pathlib.Path(base) / "etc" / "fwpolicy" / "key").write_text("short\n")
        cases = [
            (1, f"{bad}: line 2: a rule is: allow SERVICE from NETWORK to NETWORK", ["check", bad]),
            (1, "No such file", ["check", "/nonexistent"]),
            (1, "it is no file", ["check", base]),
            (1, "must have 16 to 256 bytes", ["serve", "--root", base]),
            (1, "the key cannot be read", ["agent", "10.0.0.1", "--root", base + "/etc"]),
            (1, "neither server nor agent runs here", ["show", "--root", base]),
            (2, 'there is no command "sevre"', ["sevre"]),
            (2, 'it is "fwpolicy agent SERVER"', ["agent"]),
            (2, 'it is "fwpolicy show"', ["show", "all"]),
            (2, '"fw9" is no address', ["agent", "fw9"]),
            (2, "is no port", ["serve", "--port", "70000"]),
            (2, "is no port", ["serve", "--port", "80x"]),
            (2, "is no address", ["serve", "--listen", "any"]),
            (2, "there is no folder", ["serve", "--root", "/nonexistent"]),
        ]
        for status, words, arguments in cases:
            said = fwpolicy(*arguments, status=status)
            assert words in said.stderr and said.stderr.count("\n") == 1 and said.stdout == "", (arguments, said)


def main():
    if not FWPOLICY.exists():
        sys.exit(f"{FWPOLICY} is not built")
    tests = [
        test_usage,
        test_background,
        test_versions,
        test_large,
        test_no_server,
        test_other_key,
        test_middle,
        test_strangers,
        test_nft_fails,
        test_addresses,
        test_killed,
    ]
    wanted = sys.argv[1:] or [test.__name__ for test in tests]
    unknown = set(wanted) - {test.__name__ for test in tests}
    if unknown:
        sys.exit(f"no scenario {' '.join(sorted(unknown))}")
    for test in tests:
        if test.__name__ in wanted:
            test()
            print(f"{test.__name__}: passed", flush=True)


if __name__ == "__main__":
    os.umask(0o022)
    main()
