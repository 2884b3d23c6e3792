# test-refresh.py - files that are made of the whole text (names of all devices, what servers are told) follow the edits of
# a running lab: in order, after a pause, and after they could not.
import subprocess

import vbetlab
from vbetlab import VBETCTL, wait_until

ONE = "a = attach(alloc(host, services=dhcp-server), alloc(NIC, ip=10.0.0.1/24))\n"
LOCAL = "127.0.0.1 localhost"
# A script that a live edit runs in the guest.
RUNNING = r"""for one in /proc/[0-9]*; do tr '\0' ' ' <$one/cmdline 2>/dev/null && echo; done | grep -c '^/bin/sh $'"""


def off(name, number):
    """A device of which the others know the name; it does not start."""
    return f"{name} = attach(alloc(host, autostart=no), alloc(NIC, ip=10.0.0.{number}/24))\n"


def read(place, lab, path, node="a"):
    return place.exec(lab, node, "cat", path, check=False).stdout


def running(place, lab):
    return int(place.exec(lab, "a", "sh", "-c", RUNNING, check=False).stdout)


def begin_apply(place, lab, text):
    return subprocess.Popen([str(VBETCTL), "apply", lab, str(place.write("lab.vbet", text))], env=place.environment,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def held(place):
    """A lab and a first edit, whose script waits in the guest: /etc/hosts is a pipe that nobody reads."""
    lab = place.run(place.write("lab.vbet", ONE))
    assert running(place, lab) == 0
    place.exec(lab, "a", "sh", "-c", "rm /etc/hosts && mkfifo /etc/hosts")
    place.ctl("apply", lab, place.write("lab.vbet", ONE + off("b", 2)))
    wait_until(lambda: running(place, lab) == 1, 10, "the script of the first edit runs")
    return lab


def edits_follow_each_other(place):
    lab = held(place)
    place.ctl("apply", lab, place.write("lab.vbet", ONE + off("b", 2) + off("c", 3)))
    first = read(place, lab, "/etc/hosts")
    assert first.count(LOCAL) == 1 and " b\n" in first and " c\n" not in first, first
    second = read(place, lab, "/etc/hosts")
    assert second.count(LOCAL) == 1 and " b\n" in second and " c\n" in second, second
    wait_until(lambda: running(place, lab) == 0, 10, "all scripts have ended")
    assert "10.0.0.3,c" in read(place, lab, "/etc/dnsmasq.conf")
    place.stop(lab)


def a_file_of_the_text_wins(place):
    """It comes while what was made before is still being written."""
    lab = held(place)
    text = ONE + off("b", 2) + 'file(a, "/etc/dnsmasq.conf", "# mine\\n")\n'
    apply = begin_apply(place, lab, text)
    wait_until(lambda: any(call["verb"] == "file" for call in place.rpc(lab, "lab.calls")["calls"]), 10, "the file comes")
    read(place, lab, "/etc/hosts")
    assert apply.wait(30) == 0
    wait_until(lambda: running(place, lab) == 0, 10, "all scripts have ended")
    assert read(place, lab, "/etc/dnsmasq.conf") == "# mine\n", read(place, lab, "/etc/dnsmasq.conf")
    place.stop(lab)


def a_paused_guest(place):
    lab = place.run(place.write("lab.vbet", ONE))
    place.ctl("call", lab, "pause(a)")
    place.ctl("apply", lab, place.write("lab.vbet", ONE + off("b", 2)))
    place.ctl("apply", lab, place.write("lab.vbet", ONE + off("b", 2) + off("c", 3)))
    assert place.status(lab)["alarms"] == [], place.status(lab)["alarms"]
    place.ctl("call", lab, "resume(a)")
    wait_until(lambda: " c\n" in read(place, lab, "/etc/hosts"), 10, "the names are there")
    assert " b\n" in read(place, lab, "/etc/hosts")
    wait_until(lambda: "10.0.0.3,c" in read(place, lab, "/etc/dnsmasq.conf"), 10, "its server knows the address")
    assert place.status(lab)["alarms"] == [], place.status(lab)["alarms"]
    place.stop(lab)


def what_failed_is_made_up_for(place):
    """By the next edit that changes any file of the guest."""
    lab = place.run(place.write("lab.vbet", ONE))
    place.exec(lab, "a", "sh", "-c", "rm /etc/hosts && mkdir /etc/hosts")
    place.ctl("apply", lab, place.write("lab.vbet", ONE + off("b", 2)))
    wait_until(lambda: [alarm["kind"] for alarm in place.status(lab)["alarms"]] == ["files"], 10, "it is told")
    place.exec(lab, "a", "rmdir", "/etc/hosts")
    place.ctl("apply", lab, place.write("lab.vbet", ONE + off("b", 2) + 'file(a, "/root/x", "x")\n'))
    wait_until(lambda: " b\n" in read(place, lab, "/etc/hosts"), 10, "the names are there")
    wait_until(lambda: place.status(lab)["alarms"] == [], 10, "no alarm any more")
    place.stop(lab)


vbetlab.main(
    edits_follow_each_other,
    a_file_of_the_text_wins,
    a_paused_guest,
    what_failed_is_made_up_for,
)
