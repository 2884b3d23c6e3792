# test-users.py - two users on one machine, one of them hostile: whoever takes the name /tmp/vbet-UID first gains
# nothing, and the other user's labs start, are listed and stop all the same. Needs root, to be two users.
import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading

import vbetlab

VICTIM = 64917
HOSTILE = 64918
SHARED = pathlib.Path(f"/tmp/vbet-{VICTIM}")
LAB = "h1 = attach(alloc(host), alloc(NIC))\n"

if os.geteuid() != 0 or shutil.which("setpriv") is None:
    print("SKIP: needs root and setpriv, to be two users")
    sys.exit(vbetlab.SKIP)
AS = ["setpriv", "--reuid", str(VICTIM), "--regid", str(VICTIM), "--clear-groups", "--"]
if subprocess.run([*AS, "test", "-x", str(vbetlab.VBETCTL.resolve())]).returncode != 0:
    print(f"SKIP: other users cannot run {vbetlab.VBETCTL}")
    sys.exit(vbetlab.SKIP)


class Victim(vbetlab.Place):
    """A place of a user who has nothing but a home: the run-time folder is the one in /tmp."""

    def __enter__(self):
        super().__enter__()
        self.home = self.base / "home"
        self.home.mkdir()
        os.chown(self.home, VICTIM, VICTIM)
        for name in ("VBET_RUNTIME_DIR", "XDG_RUNTIME_DIR", "XDG_STATE_HOME", "XDG_DATA_HOME", "VBET_STATE_DIR"):
            self.environment.pop(name, None)
        self.environment["HOME"] = str(self.home)
        self.state = self.home / ".local/state/vbet"
        self.lab = self.write("one.vbet", LAB)
        return self

    def ctl(self, *arguments, check=True, timeout=300, input=None):
        result = subprocess.run(
            [*AS, str(vbetlab.VBETCTL), *map(str, arguments)], env=self.environment, capture_output=True, timeout=timeout
        )
        said = f"vbetctl {arguments}: exit {result.returncode}\n{result.stdout}\n{result.stderr}"
        assert b"\x1b" not in result.stdout + result.stderr, said
        assert not check or result.returncode == 0, said
        result.stdout = result.stdout.decode()
        result.stderr = result.stderr.decode()
        return result

    def record(self):
        """The folder that is used instead."""
        path = self.state / "runtime-dir"
        assert path.stat().st_mode & 0o777 == 0o600 and path.stat().st_uid == VICTIM, oct(path.stat().st_mode)
        return pathlib.Path(path.read_text().strip())

    def private(self):
        folder = self.record()
        status = folder.lstat()
        assert status.st_uid == VICTIM and status.st_mode & 0o777 == 0o700, oct(status.st_mode)
        assert folder.parent == pathlib.Path("/tmp") and folder != SHARED, folder
        self.runtime = folder
        return folder


@contextlib.contextmanager
def victim():
    with Victim() as place:
        try:
            yield place
        finally:
            place.ctl("stop", "-a", check=False)
            for folder in pathlib.Path("/tmp").glob(f"vbet-{VICTIM}*"):
                if folder.is_symlink():
                    folder.unlink()
                else:
                    shutil.rmtree(folder, ignore_errors=True)


class Trap:
    """A run-time folder that somebody else made first, with a lab in it that takes whatever a client says."""

    def __init__(self, owner=HOSTILE):
        folder = SHARED / "trap"
        folder.mkdir(parents=True)
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(folder / "rpc"))
        self.socket.listen()
        for path, mode in ((SHARED, 0o777), (folder, 0o777), (folder / "rpc", 0o777)):
            os.chown(path, owner, owner)
            path.chmod(mode)
        self.caught = []
        threading.Thread(target=self.watch, daemon=True).start()

    def watch(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.socket.accept()
                self.caught.append(connection)

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


def starts_all_the_same(place):
    lab = place.run(place.lab)
    folder = place.private()
    assert (folder / lab / "rpc").exists()
    assert place.ctl("ps", "--ids").stdout.split() == [lab]
    again = place.ctl("run", "--detach", place.lab, check=False)
    assert again.returncode != 0 and "already runs" in again.stderr, again.stderr
    assert place.ctl("exec", lab, "h1", "--", "echo", "fine").stdout == "fine\n"
    place.stop(lab)
    assert place.ctl("ps", "--ids").stdout == ""
    # The next one uses the same folder.
    lab = place.run(place.lab)
    assert place.private() == folder
    place.stop(lab)


def a_foreign_folder(_):
    with victim() as place:
        trap = Trap()
        assert place.ctl("ps").stdout == ""
        said = place.ctl("exec", "trap", "h1", "--", "true", check=False)
        assert said.returncode != 0 and "No lab “trap” is running" in said.stderr, said.stderr
        starts_all_the_same(place)
        assert not trap.caught
        trap.close()


def a_link(_):
    with victim() as place:
        target = place.home / "precious"
        target.mkdir(mode=0o700)
        os.chown(target, VICTIM, VICTIM)
        SHARED.symlink_to(target)
        starts_all_the_same(place)
        assert not list(target.iterdir())


def two_at_once_come_to_one_folder(_):
    with victim() as place:
        Trap().close()
        other = place.write("two.vbet", LAB)
        command = [*AS, str(vbetlab.VBETCTL), "run", "--detach"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        both = [subprocess.Popen([*command, path], env=place.environment, **quiet) for path in (place.lab, other)]
        assert [one.wait(120) for one in both] == [0, 0]
        place.private()
        assert sorted(place.ctl("ps", "--ids").stdout.split()) == ["one", "two"]
        assert len(list(pathlib.Path("/tmp").glob(f"vbet-{VICTIM}-*"))) == 1


def a_record_that_lies_is_not_believed(_):
    """The record itself is ours; what it names may meanwhile be somebody else's."""
    with victim() as place:
        Trap().close()
        lab = place.run(place.lab)
        folder = place.private()
        place.stop(lab)
        shutil.rmtree(folder)
        folder.mkdir(mode=0o755)
        os.chown(folder, HOSTILE, HOSTILE)
        lab = place.run(place.lab)
        assert place.private() != folder
        place.stop(lab)


def open_modes_are_refused(_):
    with victim() as place:
        SHARED.mkdir()
        os.chown(SHARED, VICTIM, VICTIM)
        SHARED.chmod(0o755)
        for command in (("run", "--detach", place.lab), ("ps",), ("stop", "-a"), ("status", "x")):
            said = place.ctl(*command, check=False)
            assert said.returncode != 0 and f"chmod 700 {SHARED}" in said.stderr, (command, said.stderr)
        assert SHARED.stat().st_mode & 0o777 == 0o755
        assert "chmod 700" in place.ctl("doctor", check=False).stdout


def a_named_folder_is_never_gone_around(_):
    with victim() as place:
        Trap().close()
        place.environment["VBET_RUNTIME_DIR"] = str(SHARED)
        for command in (("run", "--detach", place.lab), ("ps",)):
            said = place.ctl(*command, check=False)
            assert said.returncode != 0 and "belongs to another user" in said.stderr, (command, said.stderr)
            assert said.stderr.count("\n") == 1, said.stderr


KNOCK = """
import socket, sys
kind = getattr(socket, sys.argv[2])
with socket.socket(socket.AF_UNIX, kind) as knocking:
    knocking.settimeout(20)
    knocking.connect(sys.argv[1])
    try:
        print(len(knocking.recv(100)))
    except ConnectionResetError:
        print(0)
    except TimeoutError:
        print("open")
"""


def knock(user, path, kind):
    """What @user hears at once at the socket: bytes, 0 for the end, or nothing."""
    command = ["setpriv", "--reuid", str(user), "--regid", str(user), "--clear-groups", "--", sys.executable, "-c", KNOCK]
    return subprocess.run([*command, path, kind], capture_output=True, text=True, timeout=60, check=True).stdout.strip()


def sockets_know_who_comes(_):
    """Even where somebody has opened the modes: consoles have what was typed, NIC's sockets frames."""
    with victim() as place:
        lab = place.run(place.lab)
        folder = place.runtime = SHARED
        console = place.rpc(lab, "console.open", device="h1")["socket"]
        for path in (folder, *folder.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o777)
        sockets = [path for path in folder.rglob("*") if path.is_socket()]
        assert pathlib.Path(console) in sockets, sockets
        assert int(knock(VICTIM, console, "SOCK_STREAM")) > 0
        assert knock(HOSTILE, console, "SOCK_STREAM") == "0"
        for path in sockets:
            if path.name == "rpc":
                assert int(knock(HOSTILE, path, "SOCK_STREAM")) > 0, "it is told why"
        for path in (folder, *folder.rglob("*")):
            if path.is_dir():
                path.chmod(0o700)
        place.stop(lab)


vbetlab.main(
    a_foreign_folder,
    a_link,
    two_at_once_come_to_one_folder,
    a_record_that_lies_is_not_believed,
    open_modes_are_refused,
    a_named_folder_is_never_gone_around,
    sockets_know_who_comes,
)
