# test-kernels.py - how a guest's kernel runs its programs: with the library that pads register states loaded into it,
# by ptrace, by seccomp where it can; what status and doctor say of it, and of a kernel that does not boot.
import ctypes
import errno
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess

import vbetlab
from vbetlab import BUILD, wait_until

PAIR = """
h1 = attach(alloc(host{0}), alloc(NIC, ip=10.0.0.1/24))
h2 = attach(alloc(host{0}), alloc(NIC, ip=10.0.0.2/24))
link(h1, h2)
"""
STOCK = "/usr/bin/linux.uml"


def kernels():
    """The kernel that labs get, and Debian's where that is another one."""
    listed = subprocess.run([vbetlab.VBETCTL, "kernel", "list", "--json"], capture_output=True, text=True, check=True)
    current = [kernel["path"] for kernel in json.loads(listed.stdout or "[]") if kernel["current"]]
    chosen = os.environ.get("VBET_KERNEL", "")
    found = [chosen] if os.path.isabs(chosen) else [] if chosen == "stock" else current
    return found + [STOCK] if os.path.exists(STOCK) else found


def has_seccomp(kernel):
    return b"seccomp=<on/auto/off>" in pathlib.Path(kernel).read_bytes()


def works(place, lab):
    """Programs, a reboot inside and frames."""
    assert " 0% packet loss" in place.exec(lab, "h1", "ping", "-c2", "-W3", "10.0.0.2").stdout
    place.exec(lab, "h2", "sh", "-c", "for i in 1 2 3 4 5 6 7 8 9; do /bin/true || exit 1; done")
    ready = place.device(lab, "h1")["uptime"]
    place.exec(lab, "h1", "reboot", check=False)
    wait_until(lambda: place.exec(lab, "h1", "true", check=False).returncode == 0, 30, "it has booted again")
    assert ready < place.device(lab, "h1")["uptime"]
    wait_until(
        lambda: " 0% packet loss" in place.exec(lab, "h1", "ping", "-c1", "-W3", "10.0.0.2", check=False).stdout,
        30,
        "frames after a reboot inside",
    )


def is_padded(place, lab, name):
    """Whether a process of a guest that runs its kernel has the library mapped. None: only root may look."""
    found = False
    for process in vbetlab.descendants(place.device(lab, name)["pid"]):
        maps = pathlib.Path(f"/proc/{process.pid}/maps")
        try:
            found = found or "vbet-xstate.so" in maps.read_text()
        except FileNotFoundError:
            continue
        except PermissionError:
            return None
    return found


def is_guarded(kernel):
    """Whether the guard knows where processes of that kernel make their calls (guest/syscall-guard.c)."""
    release = re.search(rb"Linux version (\d+)\.(\d+)", pathlib.Path(kernel).read_bytes())
    return not (6, 2) <= (int(release[1]), int(release[2])) < (6, 13)


def padding_does_no_harm(place):
    """The library loaded into kernels whether they need it or not."""
    for kernel in kernels():
        for mode in ("ptrace", "auto"):
            place.environment.update(VBET_GUEST_PAD="always", VBET_GUEST_MODE=mode)
            lab = place.run(place.write("pair.vbet", PAIR.format(f', kernel="{kernel}"')))
            device = place.device(lab, "h1")
            assert device["padding"] == "loaded", device
            assert is_padded(place, lab, "h1") in (True, None)
            works(place, lab)
            assert is_padded(place, lab, "h1") in (True, None)
            assert "helped by vbet-xstate.so: 2" in place.ctl("status", lab).stdout
            place.stop(lab)
            if not has_seccomp(kernel):
                break


def never_padded(place):
    place.environment.update(VBET_GUEST_PAD="never")
    lab = place.ctl("run", "--detach", "--keep-failed", place.write("pair.vbet", PAIR.format("")), check=False)
    lab = place.labs()[0]
    place.remember(lab)
    device = place.device(lab, "h1")
    assert device["padding"] in ("unneeded", "forbidden") or device["state"] == "failed", device
    if device["state"] == "ready":
        assert not is_padded(place, lab, "h1")
    else:
        assert "VBET_GUEST_PAD=never" in device["error"], device
    place.stop(lab)


def modes(place):
    """By itself the fastest that kernel and host have; by ptrace where that is asked for. The guard holds in both."""
    for kernel in kernels():
        for wanted, mode in (("", "seccomp"), ("seccomp", "seccomp"), ("ptrace", "ptrace")):
            if not has_seccomp(kernel):
                if wanted == "ptrace":
                    break
                mode = "ptrace"
            place.environment["VBET_GUEST_MODE"] = wanted
            lab = place.run(place.write("pair.vbet", PAIR.format(f', kernel="{kernel}"')))
            device = place.device(lab, "h1")
            assert device["mode"] == mode, (kernel, wanted, device)
            assert ("seccomp" in device["layers"]) == is_guarded(kernel), device
            assert f"Their programs run by {mode}.\n" in place.ctl("status", lab).stdout
            works(place, lab)
            place.stop(lab)


SYSCALL_SECCOMP = 317
PR_SET_NO_NEW_PRIVS = 38
PR_SET_SECCOMP = 22
SECCOMP_MODE_FILTER = 2
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM


def forbid_filters():
    """For this process and its children: as on a host where programs may not have filters of system calls."""
    code = [(LOAD, 0, 0, 0), (JUMP_IF_EQUAL, 0, 1, SYSCALL_SECCOMP), (RETURN, 0, 0, REFUSE), (RETURN, 0, 0, ALLOW)]
    filters = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *one) for one in code))
    program = struct.pack("HxxxxxxQ", len(code), ctypes.addressof(filters))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


def falls_back(place):
    """Where a filter cannot be had, the kernel finds out at its boot."""
    place.environment.pop("VBET_GUEST_MODE", None)
    path = place.write("pair.vbet", PAIR.format(""))
    command = [str(vbetlab.VBETCTL), "run", "--detach", str(path)]
    subprocess.run(command, env=place.environment, preexec_fn=forbid_filters, check=True, capture_output=True)
    place.remember("pair")
    assert place.device("pair", "h1")["mode"] == "ptrace", place.device("pair", "h1")
    works(place, "pair")
    place.stop("pair")


def doctor(place, kernel=None):
    if kernel:
        place.environment["VBET_KERNEL"] = str(kernel)
    place.environment.pop("VBET_GUEST_MODE", None)
    text = place.ctl("doctor", "--json", check=False).stdout
    return {finding["check"]: finding for finding in json.loads(text)}


def doctor_boots_a_guest(place):
    found = doctor(place)
    mode = "seccomp" if has_seccomp(kernels()[0]) else "ptrace"
    assert found["guest"]["state"] == "ok", found["guest"]
    assert re.match(rf"A guest boots here, confined, in .* s; its programs run by {mode}\b", found["guest"]["text"])
    assert found["registers"]["state"] == "ok", found["registers"]


def doctor_tells_of_one_that_does_not(place):
    kernel = place.base / "silent"  # the stand-in does as its name says
    shutil.copy(BUILD / "tests" / "unit" / "fake-kernel", kernel)
    found = doctor(place, kernel)
    assert found["guest"]["state"] == "fail", found["guest"]
    assert found["guest"]["text"] == "A guest does not boot here: It was not up within 10 s.", found["guest"]
    assert found["guest"]["remedy"] != ""


for variable in ("VBET_GUEST_MODE", "VBET_GUEST_PAD"):
    os.environ.pop(variable, None)
vbetlab.main(
    padding_does_no_harm,
    never_padded,
    modes,
    falls_back,
    doctor_boots_a_guest,
    doctor_tells_of_one_that_does_not,
)
