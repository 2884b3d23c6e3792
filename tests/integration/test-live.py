# test-live.py - changes to a running lab: what is not changed must not notice.
import json
import os
import re
import socket

import vbetlab
from vbetlab import wait_until

PAIR = """
h1 = attach(alloc(host), alloc(NIC, ip=10.0.0.1/24))
h2 = attach(alloc(host), alloc(NIC, ip=10.0.0.2/24))
s = alloc(switch)
link(s, h1, h2)
"""
MORE = PAIR + """
h3 = attach(alloc(host), alloc(NIC, ip=10.0.0.3/24))
link(s, h3)
attach(h1, alloc(NIC, ip=10.0.1.1/24))
"""


def uptime(place, lab, node):
    return float(place.exec(lab, node, "cat", "/proc/uptime").stdout.split()[0])


def start_ping(place, lab, node, target, count):
    place.exec(lab, node, "sh", "-c", f"ping -i 0.05 -W 1 -c {count} {target} >/tmp/ping.txt 2>&1 &")


def ping_result(place, lab, node):
    def done():
        text = place.exec(lab, node, "cat", "/tmp/ping.txt").stdout
        return text if "packet loss" in text else None

    return wait_until(done, 60, "the background ping ends")


def apply_leaves_the_others_alone(place):
    one = place.write("pair.vbet", PAIR)
    two = place.write("more.vbet", MORE)
    lab = place.run(one)
    before = {node: uptime(place, lab, node) for node in ("h1", "h2")}
    pids = {node: place.device(lab, node)["pid"] for node in ("h1", "h2")}
    start_ping(place, lab, "h2", "10.0.0.1", 100)
    place.ctl("apply", lab, two)
    place.remember(lab)
    assert place.exec(lab, "h3", "ping", "-c", "1", "-W", "5", "10.0.0.2").returncode == 0
    assert place.exec(lab, "h1", "ping", "-c", "1", "-W", "5", "h3").returncode == 0
    assert "10.0.1.1" in place.exec(lab, "h1", "ip", "addr", "show", "eth1").stdout
    place.ctl("apply", lab, one)
    names = [device["name"] for device in place.status(lab)["devices"]]
    assert sorted(names) == ["h1", "h2", "s"], names
    assert place.exec(lab, "h1", "ip", "addr", "show", "eth1", check=False).returncode != 0
    text = ping_result(place, lab, "h2")
    assert " 0% packet loss" in text, text
    for node in ("h1", "h2"):
        assert uptime(place, lab, node) > before[node]
        assert place.device(lab, node)["pid"] == pids[node]
    place.stop(lab)


def a_call_unplugs_and_plugs(place):
    lab = place.run(place.write("pair.vbet", PAIR))
    cable = json.loads(place.ctl("show", "--json", place.base / "pair.vbet").stdout)["cables"][0]
    name = cable["name"]
    place.ctl("call", lab, f"unplug({name}, NIC(h1, 1))")
    assert place.exec(lab, "h2", "ping", "-c", "1", "-W", "1", "10.0.0.1", check=False).returncode != 0
    wait_until(
        lambda: "NO-CARRIER" in place.exec(lab, "h1", "ip", "link", "show", "eth0").stdout, 5, "h1 sees no carrier"
    )
    place.ctl("call", lab, f"plug({name}, NIC(h1, 1))")
    place.exec(lab, "h2", "ping", "-c", "3", "-i", "0.2", "-W", "2", "10.0.0.1")
    assert "NO-CARRIER" not in place.exec(lab, "h1", "ip", "link", "show", "eth0").stdout
    place.stop(lab)


def an_address_changes_live(place):
    one = place.write("one.vbet", PAIR)
    two = place.write("two.vbet", PAIR.replace("10.0.0.1/24", "10.0.0.7/24"))
    lab = place.run(one)
    pid = place.device(lab, "h1")["pid"]
    place.ctl("apply", lab, two)
    addresses = place.exec(lab, "h1", "ip", "-4", "addr", "show", "eth0").stdout
    assert "10.0.0.7/24" in addresses and "10.0.0.1/" not in addresses, addresses
    place.exec(lab, "h2", "ping", "-c", "2", "-W", "2", "10.0.0.7")
    assert place.device(lab, "h1")["pid"] == pid
    place.stop(lab)


def power_and_pause(place):
    lab = place.run(place.write("pair.vbet", PAIR))
    place.ctl("call", lab, "pause(h1)")
    assert place.device(lab, "h1")["state"] == "paused"
    assert place.exec(lab, "h2", "ping", "-c", "1", "-W", "1", "10.0.0.1", check=False).returncode != 0
    place.ctl("call", lab, "resume(h1)")
    place.exec(lab, "h2", "ping", "-c", "2", "-W", "3", "10.0.0.1")
    pid = place.device(lab, "h1")["pid"]
    place.ctl("call", lab, "restart(h1)")
    place.remember(lab)
    assert place.device(lab, "h1")["pid"] != pid
    place.exec(lab, "h2", "ping", "-c", "2", "-W", "3", "10.0.0.1")
    place.ctl("call", lab, "stop(h1)")
    assert place.device(lab, "h1")["state"] == "off"
    place.stop(lab)


def exec_passes_code_and_streams(place):
    lab = place.run(place.write("pair.vbet", PAIR))
    result = place.exec(lab, "h1", "sh", "-c", "echo out; echo err >&2; exit 37", check=False)
    assert (result.returncode, result.stdout, result.stderr) == (37, "out\n", "err\n"), result
    result = place.ctl("exec", lab, "h1", "--", "cat", input="abc\ndef")
    assert result.stdout == "abc\ndef", result
    big = place.exec(lab, "h1", "sh", "-c", "seq 1 50000").stdout
    assert big.splitlines() == [str(number) for number in range(1, 50001)]
    place.stop(lab)


def twenty_guests_in_a_star(place):
    hosts = [f"h{number}" for number in range(1, 21)]
    text = "s = alloc(switch)\n"
    for number, host in enumerate(hosts, 1):
        text += f"{host} = attach(alloc(host, mem=48M), alloc(NIC, ip=10.0.0.{number}/24))\n"
    text += f"link(s, {', '.join(hosts)})\n"
    lab = place.run(place.write("star20.vbet", text))
    status = place.status(lab)
    assert all(device["state"] == "ready" for device in status["devices"]), status
    for number, host in enumerate(hosts, 1):
        target = number % 20 + 1
        place.exec(lab, host, "ping", "-c", "1", "-W", "5", f"10.0.0.{target}")
    frames = sum(cable["ab"]["frames"] + cable["ba"]["frames"] for cable in place.status(lab)["cables"])
    assert frames >= 20 * 4, frames
    place.stop(lab)


def the_console_shows_its_history(place):
    lab = place.run(place.write("pair.vbet", PAIR))
    result = place.ctl("console", lab, "h1", check=False, input="echo $((6*7))-shell\n\x1dq", timeout=30)
    assert re.search(r"42-shell|h1", result.stdout), result
    place.stop(lab)


def counters_are_light_and_grow(place):
    lab = place.run(place.write("pair.vbet", PAIR))
    before = place.rpc(lab, "lab.counters")
    assert sorted(before) == ["cables", "needs_restart", "restarts", "roots", "storms", "time"], before
    assert before["roots"] == [] and before["storms"] == [], before
    names = [cable["name"] for cable in place.status(lab)["cables"]]
    assert [cable["name"] for cable in before["cables"]] == names, before
    assert all(cable["carrier"] == [True, True] for cable in before["cables"]), before
    place.exec(lab, "h1", "ping", "-c", "5", "-i", "0.1", "-W", "2", "10.0.0.2")
    after = place.rpc(lab, "lab.counters", usage=True)
    assert after["time"] > before["time"]
    for old, new in zip(before["cables"], after["cables"]):
        for way in ("ab", "ba"):
            assert new[way][0] >= old[way][0] + 5 and new[way][1] > old[way][1], (old, new)
    assert after["usage"]["memory"] > 10e6 and after["usage"]["processes"] >= 4, after["usage"]
    assert after["usage"]["cpu"] > 0
    place.ctl("call", lab, "stop(h1)")
    carriers = {cable["name"]: cable["carrier"] for cable in place.rpc(lab, "lab.counters")["cables"]}
    assert sorted(carriers.values()) == [[False, False], [True, True]], carriers
    text = PAIR.replace("alloc(host)", "alloc(host, mem=80M)")
    place.ctl("apply", lab, place.write("more.vbet", text))
    assert place.rpc(lab, "lab.counters")["needs_restart"] == ["h2"]
    place.stop(lab)


class Shell:
    """A root shell, as a client of the engine has it."""

    def __init__(self, place, lab, device, rows=30, columns=100):
        reply = place.rpc(lab, "device.shell", device=device, rows=rows, columns=columns)
        self.number = reply["shell"]
        self.path = reply["socket"]
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(self.path)
        self.socket.settimeout(0.05)
        self.seen = b""
        self.ended = False

    def type(self, text):
        self.socket.sendall(text.encode())

    def look(self):
        try:
            data = self.socket.recv(65536)
            self.seen += data
            self.ended = self.ended or not data
        except socket.timeout:
            pass
        return self.seen.decode(errors="replace")

    def wait(self, pattern, seconds=30):
        wait_until(lambda: re.search(pattern, self.look()), seconds, f"the shell says {pattern}: {self.seen!r}")

    def wait_end(self, seconds=30):
        wait_until(lambda: self.look() is not None and self.ended, seconds, "the shell is closed")


def root_shells(place):
    lab = place.run(place.write("pair.vbet", PAIR))
    first, second = Shell(place, lab, "h1"), Shell(place, lab, "h1")
    assert first.number != second.number
    first.type("echo size=$(stty size) tty=$(tty)\n")
    first.wait(r"size=30 100 tty=/dev/pts/\d+")
    place.rpc(lab, "device.shell-resize", device="h1", shell=first.number, rows=11, columns=44)
    first.type("echo size=$(stty size)\n")
    first.wait("size=11 44")
    # Ctrl-C reaches what runs in the foreground; job control is there
    second.type("sleep 1000\n")
    wait_until(lambda: place.exec(lab, "h1", "sh", "-c", "pidof sleep || true").stdout.strip(), 20, "it sleeps")
    second.type("\x03")
    second.type("echo code=$?\n")
    second.wait("code=130")
    # a flood that nobody reads waits in the guest; the other shell and commands go on
    second.type("yes flood\n")
    first.type("echo still-$((2+2))\n")
    first.wait("still-4")
    assert place.exec(lab, "h1", "echo", "fine").stdout == "fine\n"
    # the connection's end is the shell's
    second.socket.close()
    wait_until(lambda: not place.exec(lab, "h1", "sh", "-c", "pidof yes || true").stdout.strip(), 20, "the flood ends")
    # garbage from the client is typed, like anything
    first.type("\x00\xff\x1b[999999999;1H\x03\n")
    first.type("exit\n")
    first.wait_end()
    assert not os.path.exists(first.path)
    # bounded, and gone with the guest
    many = [Shell(place, lab, "h1") for _ in range(16)]
    refused = place.rpc(lab, "device.shell", device="h1", rows=24, columns=80)
    assert "has 16 root shells" in refused["message"], refused
    many[0].type("echo up-$((3+3))\n")
    many[0].wait("up-6")
    place.ctl("call", lab, "stop(h1)")
    for shell in many:
        shell.wait_end()
    result = place.ctl("shell", lab, "h1", check=False, input="", timeout=30)
    assert result.returncode != 0 and "h1 is off" in result.stderr, result
    result = place.ctl("shell", lab, "h2", check=False, input="echo $((6*7))-here\nexit\n", timeout=30)
    assert "42-here" in result.stdout, result
    place.stop(lab)


def resources_of_both_sides(place):
    lab = place.run(place.write("pair.vbet", PAIR))
    place.exec(lab, "h1", "ping", "-c", "3", "-i", "0.1", "-W", "2", "10.0.0.2")
    seen = place.rpc(lab, "device.resources", device="h1")
    host, guest = seen["host"], seen["guest"]
    assert seen["state"] == "ready" and "guest_error" not in seen, seen
    assert host["memory_file"] == 64 << 20, host
    assert 0 < host["memory_resident"] <= host["memory_file"], host
    assert 0 < guest["memory_free"] <= guest["memory_total"] < host["memory_file"], guest
    assert host["mode"] in ("ptrace", "seccomp") and host["processes"] > 2 and host["cpu"] > 0, host
    assert host["disk"]["allocated"] < host["image"]["size"], host
    assert 0 < guest["disk_used"] < guest["disk_size"], guest
    assert abs(guest["clock_offset"]) < 5 and guest["uptime"] > 0, guest
    (nic,) = seen["nics"]
    assert nic["name"] == "eth0" and nic["guest"]["tx_frames"] >= 3 and nic["host"]["tx_frames"] >= 3, nic
    # what is off has the host's side only; what is no guest has none
    place.ctl("call", lab, "stop(h1)")
    off = place.rpc(lab, "device.resources", device="h1")
    assert off["state"] == "off" and "guest" not in off, off
    assert place.rpc(lab, "device.resources", device="nobody")["code"] == -32003
    # a guest whose shell hangs is not waited for
    place.exec(lab, "h2", "sh", "-c", "mkdir /x && printf '#!/bin/busybox sh\\nsleep 1000' > /x/cat && chmod 755 /x/cat && "
               "mount -o bind /x/cat /bin/cat", check=False)
    slow = place.rpc(lab, "device.resources", device="h2")
    assert slow["host"]["processes"] > 2, slow
    place.stop(lab)


vbetlab.main(
    resources_of_both_sides,
    root_shells,
    counters_are_light_and_grow,
    apply_leaves_the_others_alone,
    a_call_unplugs_and_plugs,
    an_address_changes_live,
    power_and_pause,
    exec_passes_code_and_streams,
    the_console_shows_its_history,
    twenty_guests_in_a_star,
)
