# test-trust.py - labs from elsewhere: what they use of this computer is said before their first run, once; answers by
# option, on a terminal and not; what is remembered; isolated runs use nothing of it, whatever comes later.
import os
import pty
import select
import shutil
import time

import vbetlab
from vbetlab import wait_until

LAB = """
h1 = attach(alloc(host), alloc(NIC, ip=10.0.2.20/24))
gw = alloc(gateway, dhcp=no%s)
link(h1, gw)
"""
# Nothing of this can be had: it only runs isolated.
GREEDY = """
h1 = attach(alloc(host, kernel="/nowhere/kernel"), alloc(NIC, ip=10.0.2.20/24), alloc(NIC, ip=10.0.3.1/24))
h2 = attach(alloc(host, image="/nowhere/image"), alloc(NIC, ip=10.0.2.21/24))
s = alloc(switch)
gw = alloc(gateway, host=yes, forward="tcp:1:h1:80")
link(s, h1, h2, gw)
out = alloc(tap, device="vbt-none")
far = alloc(remote, peer="192.0.2.7:7000", listen="1")
link(h1, out)
link(s, far)
ping(h1, h2)
step "Break out" {
  set(gw, isolated=no)
  set(h1, kernel="/nowhere/other")
  tap9 = alloc(tap)
}
"""
SENTENCES = [
    'h1 runs the kernel "/nowhere/kernel" of this computer.',
    'h2 boots from the image "/nowhere/image" of this computer.',
    "gw lets the lab use this computer's network.",
    "gw lets the lab reach services that only this computer itself should reach (127.0.0.1).",
    'gw forwards a port of this computer into the lab: "tcp:1:h1:80".',
    'out joins this computer\'s TAP device "vbt-none".',
    'far sends the lab\'s frames to "192.0.2.7:7000".',
    'far takes frames from the network at this computer\'s UDP port "1".',
    'h1 runs the kernel "/nowhere/other" of this computer.',
    "tap9 joins the first free TAP device of this computer.",
]


def stranger(place):
    """As the user's own environment is."""
    place.environment.pop("VBET_TRUST")


def refused(place, *arguments, **options):
    result = place.ctl(*arguments, check=False, **options)
    assert result.returncode == 1 and "--trust" in result.stderr, result
    assert not place.labs(), place.labs()
    return result.stderr


def on_terminal(place, answer, *arguments):
    """Runs vbetctl on a terminal of its own and types @answer at its question. Returns its exit status and output."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(str(vbetlab.VBETCTL), ["vbetctl", *map(str, arguments)], place.environment)
    said, asked, end = b"", False, time.monotonic() + 120
    while time.monotonic() < end:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # the other end is closed
            break
        said += piece
        if b"it? [" in said and not asked:
            asked = True
            os.write(terminal, answer.encode() + b"\n")
    os.close(terminal)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return status, said.decode().replace("\r\n", "\n"), asked


def all_is_said(place):
    stranger(place)
    said = refused(place, "run", place.write("greedy.vbet", GREEDY))
    for sentence in SENTENCES:
        assert f"vbetctl: - {sentence}\n" in said, (sentence, said)
    assert said.count("vbetctl: - ") == len(SENTENCES), said
    assert not (place.state / "trust").exists()


def remembered(place):
    stranger(place)
    lab_file = place.write("own.vbet", LAB % "")
    assert "--isolated" in refused(place, "run", lab_file)
    assert "gw lets the lab use" in refused(place, "test", lab_file)
    lab = place.run(lab_file, "--trust")
    assert (place.state / "trust").stat().st_mode & 0o777 == 0o600
    place.stop(lab)
    # Not asked again, also after an edit that names nothing else.
    place.write("own.vbet", (LAB % "").replace("10.0.2.20", "10.0.2.30"))
    lab = place.run(lab_file)
    # A new forward is another matter, for who changes the lab that runs, too.
    more = place.write("own.vbet", LAB % ', forward="tcp:9:h1:80"')
    before = place.ctl("call", lab, "set(gw, dhcp=no)")
    result = place.ctl("apply", lab, more, check=False)
    assert result.returncode == 1 and "tcp:9:h1:80" in result.stderr and "--trust" in result.stderr, (before, result)
    assert not place.device(lab, "gw")["forwards"]
    place.stop(lab)
    refused(place, "run", lab_file)
    # Its copy is another lab, a link to it is not.
    place.write("own.vbet", LAB % "")
    copy, link = place.base / "copy.vbet", place.base / "link.vbet"
    shutil.copy(lab_file, copy)
    link.symlink_to(lab_file)
    refused(place, "run", copy)
    place.stop(place.run(link))
    # A text without a file is never known.
    refused(place, "run", "-", input=LAB % "")
    # The environment's yes is for once.
    result = place.ctl("run", "--trust", "--isolated", copy, check=False)
    assert result.returncode == 2, result
    place.environment["VBET_TRUST"] = "yes"
    place.stop(place.run(copy))
    stranger(place)
    refused(place, "run", copy)


def on_a_terminal(place):
    stranger(place)
    lab_file = place.write("own.vbet", LAB % "")
    status, said, asked = on_terminal(place, "", "run", "-q", lab_file)
    assert status == 1 and asked and "gw lets the lab use" in said, (status, said)
    assert "--isolated" in said and not place.labs(), said
    status, said, asked = on_terminal(place, "i", "run", lab_file)
    assert status == 0 and asked and "It is isolated" in said, (status, said)
    assert place.rpc("own", "lab.info")["isolated"] is True
    place.stop("own")
    status, said, asked = on_terminal(place, "yes", "run", lab_file)
    assert status == 0 and asked and "It is isolated" not in said, (status, said)
    assert place.rpc("own", "lab.info")["isolated"] is False
    place.stop("own")
    status, said, asked = on_terminal(place, "", "run", lab_file)
    assert status == 0 and not asked, (status, said)
    place.stop("own")


def isolated(place):
    stranger(place)
    lab_file = place.write("greedy.vbet", GREEDY)
    lab = place.run(lab_file, "--isolated")
    assert all(device["state"] == "ready" for device in place.status(lab)["devices"]), place.status(lab)
    assert not place.device(lab, "gw").get("forwards")
    assert "Isolated: " in place.ctl("status", lab).stdout and place.status(lab)["isolated"]
    assert "greedy.vbet (isolated)\n" in place.ctl("ps").stdout, place.ctl("ps").stdout
    gateway = next(process for process in place.remember(lab) if process.name.startswith("vbet-nat"))
    options = open(f"/proc/{gateway.pid}/cmdline").read().split("\0")
    assert "--isolated" in options and "--host" not in options, options
    assert not any(option.startswith("--forward") for option in options), options
    assert place.rpc(lab, "lab.checks")["ok"]
    # Whatever comes later: steps, calls, texts.
    place.ctl("step", lab, check=False)
    place.ctl("call", lab, "set(gw, isolated=no, host=yes)", check=False)
    place.ctl("call", lab, 'set(h2, kernel="/nowhere/kernel")')
    place.ctl("call", lab, "restart(h2)")
    place.ctl("apply", lab, place.write("more.vbet", GREEDY.replace("host=yes", 'host=yes, isolated=no')))
    gateway = next(process for process in place.remember(lab) if process.name.startswith("vbet-nat"))
    options = open(f"/proc/{gateway.pid}/cmdline").read().split("\0")
    assert "--isolated" in options and "--host" not in options, options
    wait_until(lambda: place.device(lab, "h2")["state"] == "ready", 30, "h2 runs its default kernel")
    assert place.rpc(lab, "lab.text")["text"].count("isolated=no") == 2
    place.stop(lab)
    result = place.ctl("test", "--isolated", lab_file, check=False)
    assert "ok 1 - " in result.stdout and "not ok 1 " not in result.stdout, result.stdout
    refused(place, "run", lab_file)


def shipped(place):
    stranger(place)
    place.stop(place.run(vbetlab.SOURCE / "data" / "labs" / "star.vbet"))
    new = place.base / "new.vbet"
    place.ctl("new", "star", "2", "-o", new)
    place.stop(place.run(new))


vbetlab.main(all_is_said, remembered, on_a_terminal, isolated, shipped)
