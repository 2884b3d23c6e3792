#!/usr/bin/env python3
# test-guest.py - what a guest's kernel process may do to its host, with every wall and once without the one that stops it:
# an attack that fails because it is badly written would show there.
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ["VBET_TOP_SRCDIR"], "tests/integration"))
from vbetlab import BUILD, lacking  # noqa: E402

LAUNCHER = BUILD / "bin" / "vbet-guest"
HOSTILE = BUILD / "tests" / "attacks" / "hostile-kernel"
MEMORY = 64 * 1024 * 1024
ALL = ["root", "calls", "landlock", "seccomp", "netns", "ipcns", "pidns"]


class Place:
    """A guest's folder as the engine makes it, and things of the host beside it."""

    def __init__(self):
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="vbet-attacks-"))
        self.node = self.top / "node"
        self.host = self.top / "host"
        for folder in (self.node, self.node / "p", self.host):
            folder.mkdir()
        self.victim = self.host / "victim"
        self.image = self.node / "image"
        self.disk = self.node / "disk"
        for file in (self.victim, self.image, self.disk):
            file.write_bytes(b"x" * 4096)
        self.kernel = self.top / "kernel"
        shutil.copy(HOSTILE, self.kernel)
        self.rpc = self.listen(self.host / "rpc")
        self.neighbour = self.listen(self.host / "e1v")
        self.abstract = f"vbet-attack-{os.getpid()}"
        self.unix = socket.socket(socket.AF_UNIX)
        self.unix.bind("\0" + self.abstract)
        self.unix.listen(8)
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        if os.geteuid() == 0:  # the launcher goes on as this user
            nobody = pwd.getpwnam("nobody")
            for path in [self.top, *self.top.rglob("*")]:
                os.chown(path, nobody.pw_uid, nobody.pw_gid)

    @staticmethod
    def listen(path):
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        listener.listen(8)
        return listener

    def clean(self):
        shutil.rmtree(self.top, ignore_errors=True)
        subprocess.run(["rm", "-rf", self.top], check=False)

    def attack(self, attack, without=()):
        """Returns what the attack says, and what the launcher reports."""
        (self.node / "mem").mkdir(exist_ok=True)
        own = self.node / "uml"
        subprocess.run(["rm", "-rf", own], check=True)
        own.mkdir()
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            for path in (own, self.node / "mem"):
                os.chown(path, nobody.pw_uid, nobody.pw_gid)
        self.victim.chmod(0o600)
        master, slave = os.openpty()
        read, write = os.pipe()
        command = [LAUNCHER, "--name=attacker", f"--memory={MEMORY}", f"--memory-mount={self.node}/mem", "--memory-dir=/dev/shm",
                   f"--read={self.image}", f"--write={self.disk}", f"--own={own}", f"--reach={self.node}/p", "--cpu=0",
                   f"--status-fd={write}", *(f"--without={layer}" for layer in without), "--", self.kernel, attack]
        process = subprocess.Popen(command, stdin=slave, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, pass_fds=[write])
        os.close(write)
        os.close(slave)
        try:
            said = process.communicate(timeout=60)[0].decode().strip()
        except subprocess.TimeoutExpired:
            process.kill()
            said = "hung"
        with open(read) as report:
            told = report.read()
        os.close(master)
        return said or "ended", told


def attacks(place):
    """(attack, layers of which the absence lets it through; (): nobody ever may, so it is not tried)"""
    numbers = {name: number for number, name in enumerate(SYSCALLS) if name}
    yield "file-read:/etc/passwd", ["root", "landlock"]
    yield f"file-read:{place.victim}", ["root", "landlock"]
    yield f"file-write:{place.victim}", ["root", "landlock"]
    yield f"file-write:{place.image}", ["root", "landlock"]
    yield f"file-modes:{place.victim}", ["root", "calls"]
    yield f"file-modes:{place.disk}", ["calls"]
    yield f"file-times:{place.victim}", ["root", "calls"]
    yield f"file-stat:{place.victim}", ["root"]
    yield f"file-watch:{place.victim}", ["root", "calls", "landlock"]
    yield "file-run:/bin/sh", ["root", "landlock"]
    yield "look-around:etc", ["root", "landlock"]
    yield f"rpc:{place.host}/rpc", ["root"]
    yield f"rpc:{place.host}/e1v", ["root"]
    yield f"abstract:{place.abstract}", ["netns", "landlock"]
    yield f"tcp:{place.tcp.getsockname()[1]}", ["netns", "landlock", "calls"]
    yield f"udp:{place.udp.getsockname()[1]}", ["netns", "calls"]
    yield "netlink", ["calls"]
    for name in ("io_uring_setup", "perf_event_open", "keyctl", "add_key", "bpf", "process_vm_readv", "mount", "shmget",
                 "msgget", "inotify_init1", "mq_open", "splice", "pidfd_open"):
        yield f"call:{numbers[name]}", ["calls"]
    for name in ("userfaultfd", "fanotify_init", "swapon", "reboot", "init_module", "open_by_handle_at"):
        yield f"call:{numbers[name]}", ()  # hosts often refuse these to everybody
    yield "processor", ["calls"]
    yield "namespace", ()
    yield f"signal:{os.getpid()}", ()
    yield "trace-init", ()
    yield "terminal", ()
    yield "processes:2000", ()
    yield "sessions:40", ["calls"]
    yield "private-memory:1024", ()
    yield "droppable-memory:1024", ()
    yield "many-memories:400", ()
    yield "shared-memory:512", ["calls"]
    yield "memory-file:100", ["calls"]
    yield f"large-file:{place.disk}", ()
    yield f"many-files:{place.node}/uml", ["root"]
    yield f"deep-folders:{place.node}/uml", ["root"]
    yield f"fill-folder:{place.node}/uml", ["root", "memory"]


SYSCALLS = [None] * 500
for line in subprocess.run(["gcc", "-E", "-dM", "-xc", "-"], input="#include <sys/syscall.h>\n", capture_output=True, text=True,
                           check=True).stdout.splitlines():
    words = line.split()
    if len(words) == 3 and words[1].startswith("__NR_") and words[2].isdigit() and int(words[2]) < len(SYSCALLS):
        SYSCALLS[int(words[2])] = words[1][len("__NR_"):]

if not HOSTILE.exists():
    lacking("tests/attacks/hostile-kernel is not built")
place = Place()
try:
    layers = place.attack("look-around:nothing")[1].split("\n")[0].split()
    if "root" not in layers:
        print(f"SKIP: this host lets nobody make a root of its own ({' '.join(layers)})")
        sys.exit(77)
    failures = 0
    # What an honest kernel's C library does is neither stopped nor told: it keeps random numbers in such memory.
    said, told = place.attack("droppable-memory:16")
    if "denied" in told or not (said == "done" or "Invalid argument" in said):
        failures += 1
        print(f"NOT OK droppable-memory:16: {said}\n{told}")
    for attack, walls in attacks(place):
        said, told = place.attack(attack)
        held = said.startswith("stopped") or "was ended" in told
        without = ""
        if walls:
            opened = place.attack(attack, walls)
            without = f"; without {', '.join(walls)}: {opened[0]}"
            held = held and opened[0] == "done"
        failures += not held
        shown = attack.replace(str(place.top), "…")
        if shown.startswith("call:"):
            shown = SYSCALLS[int(shown.split(":")[1])]
        print(f"{'ok' if held else 'NOT OK'} {shown}: {said}{without}")
        if not held:
            print(told)
    if failures:
        sys.exit(f"FAIL: {failures}")
finally:
    place.clean()
