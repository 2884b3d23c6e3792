# vbetlab.py - what the integration and fault tests share: vbetctl, a place of
# one's own, waiting with deadlines, and the proof that nothing is left behind.
import concurrent.futures
import contextlib
import json
import os
import pathlib
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

BUILD = pathlib.Path(os.environ["VBET_TOP_BUILDDIR"])
SOURCE = pathlib.Path(os.environ["VBET_TOP_SRCDIR"])
VBETCTL = BUILD / "bin" / "vbetctl"
SKIP = 77


def lacking(why):
    """Ends the test for want of something that test.sh installs or builds: a failure where test.sh did, else a skip."""
    if os.environ.get("VBET_TESTS_SET_UP"):
        sys.exit(f"FAIL: {why}; test.sh should have seen to that")
    print(f"SKIP: {why}")
    sys.exit(SKIP)


def wait_until(condition, seconds, what):
    """Polls condition() until it is true; fails after so many seconds."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.02)


def own_world():
    """Goes on in mount and network namespaces of its own, where that can be. Returns whether it could."""
    if os.environ.get("VBET_TEST_INSIDE"):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return True
    if os.geteuid() != 0 or shutil.which("unshare") is None or shutil.which("ip") is None:
        return False
    world = ["unshare", "--mount", "--net", "--"]
    if subprocess.run([*world, "true"], capture_output=True).returncode != 0:
        return False
    os.environ["VBET_TEST_INSIDE"] = "1"
    os.execvp("unshare", [*world, sys.executable, *sys.argv])


class Process:
    """A process that is known by number and start time, so that a reused number is another one."""

    def __init__(self, pid):
        self.pid = pid
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
        self.name = stat[stat.index("(") + 1 : stat.rindex(")")]
        fields = stat[stat.rindex(")") + 2 :].split()
        self.parent = int(fields[1])
        self.start = fields[19]

    def alive(self):
        try:
            stat = pathlib.Path(f"/proc/{self.pid}/stat").read_text()
        except OSError:
            return False
        fields = stat[stat.rindex(")") + 2 :].split()
        return fields[19] == self.start and fields[0] not in "ZX"

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)

    def __repr__(self):
        return f"{self.name}[{self.pid}]"


def all_processes():
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                found.append(Process(int(entry)))
            except (OSError, ValueError):
                pass
    return found


def descendants(pid):
    processes = all_processes()
    wanted = {pid}
    grew = True
    while grew:
        grew = False
        for process in processes:
            if process.parent in wanted and process.pid not in wanted:
                wanted.add(process.pid)
                grew = True
    return [process for process in processes if process.pid in wanted]


class Place:
    """Run-time and state folders of a test's own; leaving it proves that nothing stayed behind."""

    def __enter__(self):
        self.base = pathlib.Path(tempfile.mkdtemp(prefix="vbt-", dir="/tmp"))
        self.base.chmod(0o755)
        self.runtime = self.base / "r"
        self.state = self.base / "s"
        self.environment = dict(os.environ, VBET_RUNTIME_DIR=str(self.runtime), VBET_STATE_DIR=str(self.state), VBET_TRUST="yes")
        self.environment.pop("DISPLAY", None)
        self.shm = self.shared_memory()
        self.seen = {}
        return self

    def __exit__(self, kind, value, trace):
        try:
            if kind is None:
                self.assert_clean()
            else:
                for lab in self.labs():
                    self.ctl("stop", lab, check=False)
        finally:
            for process in self.seen.values():
                if process.alive():
                    process.kill()
            shutil.rmtree(self.base, ignore_errors=True)

    @staticmethod
    def shared_memory():
        """Entries of the user that labs run as; others have theirs."""
        user = os.getuid() or pwd.getpwnam("nobody").pw_uid
        entries = pathlib.Path("/dev/shm").iterdir() if os.path.isdir("/dev/shm") else []
        names = []
        for entry in entries:
            with contextlib.suppress(OSError):
                if entry.lstat().st_uid == user:
                    names.append(entry.name)
        return sorted(names)

    def ctl(self, *arguments, check=True, timeout=300, input=None):
        result = subprocess.run(
            [str(VBETCTL), *map(str, arguments)],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            input=input,
            errors="replace",
        )
        if check and result.returncode != 0:
            raise AssertionError(
                f"vbetctl {' '.join(map(str, arguments))}: exit {result.returncode}\n{result.stdout}\n{result.stderr}"
            )
        return result

    def labs(self):
        return os.listdir(self.runtime) if self.runtime.is_dir() else []

    def write(self, name, text):
        path = self.base / name
        path.write_text(text)
        return path

    def run(self, path, *options):
        """Starts a lab and returns its identifier once every guest is ready."""
        result = self.ctl("run", "--detach", *options, path)
        lab = result.stdout.strip().splitlines()[-1]
        self.remember(lab)
        return lab

    def rpc(self, lab, method, **parameters):
        """One request to a lab's engine, past vbetctl."""
        request = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}).encode()
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(60)
            connection.connect(str(self.runtime / lab / "rpc"))
            connection.sendall(b"Content-Length: %d\r\n\r\n" % len(request) + request)
            stream = connection.makefile("rb")
            while True:
                size = 0
                while line := stream.readline().strip():
                    if line.lower().startswith(b"content-length:"):
                        size = int(line.split(b":")[1])
                answer = json.loads(stream.read(size))
                if answer.get("id") == 1:
                    return answer["result"] if "result" in answer else answer["error"]

    def status(self, lab):
        return json.loads(self.ctl("status", "--json", lab).stdout)

    def device(self, lab, name):
        return next(device for device in self.status(lab)["devices"] if device["name"] == name)

    def remember(self, lab):
        """Notes every process of the lab, for assert_clean(), and that none of them lacked a system call. Returns them."""
        status = self.status(lab)
        refused = [alarm for alarm in status["alarms"] if alarm["kind"] in ("confined", "denied")]
        assert not refused, refused
        found = descendants(status["pid"])
        for process in found:
            self.seen[(process.pid, process.start)] = process
        return found

    def exec(self, lab, node, *command, check=True):
        return self.ctl("exec", lab, node, "--", *command, check=check)

    def stop(self, lab):
        self.remember(lab)
        self.ctl("stop", lab)

    def leftovers(self):
        left = [repr(process) for process in self.seen.values() if process.alive()]
        left += [f"{self.runtime}/{name}" for name in self.labs()]
        for folder in ("scratch",):
            path = self.state / folder
            left += [str(entry) for entry in path.rglob("*")] if path.is_dir() else []
        left += [name for name in self.shared_memory() if name not in self.shm]
        needle = str(self.base)
        for process in all_processes():
            try:
                command = pathlib.Path(f"/proc/{process.pid}/cmdline").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if needle in command and process.pid != os.getpid() and process.alive():
                left.append(repr(process))
        return left

    def assert_clean(self, seconds=2, others=30):
        """Nothing of this test is left. What appears in /dev/shm may be that of another test of this user, which runs at the
        same time: it gets the @others seconds to go."""
        begun = time.monotonic()
        while True:
            left = self.leftovers()
            if not left:
                return
            passed = time.monotonic() - begun
            ours = set(left) - set(self.shared_memory())
            if passed > (seconds if ours else others):
                raise AssertionError(f"left behind after {passed:.0f} s: {left}")
            time.sleep(0.05)


def test_side_by_side(place, labs):
    """Tests each of @labs (paths), several at once, since they mostly wait. Returns a text for each that failed."""
    failures = []
    with concurrent.futures.ThreadPoolExecutor(2 * (os.cpu_count() or 1)) as pool:
        running = {pool.submit(place.ctl, "test", "--timeout=280", lab, check=False, timeout=600): lab for lab in labs}
        for done in concurrent.futures.as_completed(running):
            result = done.result()
            passed = result.returncode == 0 and re.search(r"^ok ", result.stdout, re.M)
            print(f"{'ok' if passed else 'not ok'}: {running[done].stem}", flush=True)
            if not passed:
                failures.append(f"{running[done].name}:\n{result.stdout}{result.stderr}")
    return failures


def main(*tests):
    """Runs the tests in order, prints a line for each, exits 1 if one failed."""
    chosen = sys.argv[1:]
    unknown = set(chosen) - {test.__name__ for test in tests}
    if unknown:
        sys.exit(f"There is no scenario {', '.join(sorted(unknown))} here")
    failed = 0
    for test in tests:
        if chosen and test.__name__ not in chosen:
            continue
        began = time.monotonic()
        try:
            with Place() as place:
                test(place)
            print(f"ok {test.__name__} ({time.monotonic() - began:.1f} s)", flush=True)
        except (AssertionError, subprocess.TimeoutExpired, KeyError, StopIteration, ValueError, OSError) as problem:
            failed += 1
            print(f"not ok {test.__name__}: {type(problem).__name__}: {problem}", flush=True)
    sys.exit(1 if failed else 0)
