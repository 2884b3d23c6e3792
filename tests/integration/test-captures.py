# test-captures.py - captures of cables between real guests, read back with tshark and held against what a
# guest saw itself.
import os
import re
import shutil
import signal
import stat
import subprocess

import vbetlab
from vbetlab import wait_until

PAIR = """
h1 = attach(alloc(host), alloc(NIC, ip=10.0.0.1/24))
h2 = attach(alloc(host), alloc(NIC, ip=10.0.0.2/24))
c = link(NIC(h1, 1), NIC(h2, 1)%s)
"""


def start(place, lab, where, *options, **more):
    """Begins a capture; returns its process once the switch has it."""
    before = len(captures(place, lab))
    process = subprocess.Popen(
        [str(vbetlab.VBETCTL), "capture", *options, lab, where], env=place.environment, stderr=subprocess.PIPE, **more
    )
    wait_until(lambda: [c["read"] for c in captures(place, lab)].count(True) > before, 5, "the capture begins")
    return process


def captures(place, lab):
    return place.status(lab)["captures"]


def end(process):
    """Ends it as Ctrl-C does; returns what it said."""
    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=30)
    assert process.returncode == 0, (process.returncode, error)
    return error.decode()


def fields(path, *names, only=""):
    command = ["tshark", "-r", str(path), "-T", "fields", "-E", "separator=;"]
    for name in names:
        command += ["-e", name]
    if only:
        command += ["-Y", only]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    return [tuple(line.split(";")) for line in result.stdout.splitlines()]


def ping(place, lab, count=3):
    return place.exec(lab, "h1", "ping", "-c", count, "-i", "0.2", "10.0.0.2", check=False).stdout


def it_is_what_the_guest_saw(place):
    """Frame by frame, at the guest's end of the cable: what h2's own tcpdump read, in the same order."""
    lab = place.run(place.write("pair.vbet", PAIR % ""))
    ping(place, lab, 1)  # ARP is over
    if place.exec(lab, "h2", "sh", "-c", "command -v tcpdump", check=False).returncode != 0:
        vbetlab.lacking("the guest image has no tcpdump")
    ours = place.base / "ours.pcapng"
    process = start(place, lab, "c:h2", "-w", str(ours), "-f", "icmp or udp")
    guest = ["sh", "-c", "setsid tcpdump --immediate-mode -i eth0 -U -w /tmp/x.pcap icmp or udp </dev/null >/dev/null 2>/tmp/x.log & "
             "until grep -q listening /tmp/x.log; do sleep 0.1; done"]
    place.exec(lab, "h2", *guest)
    ping(place, lab, 5)
    place.exec(lab, "h1", "sh", "-c", "for i in 1 2 3; do head -c 1400 /dev/zero | timeout 1 nc -u -w 1 10.0.0.2 9; done; true")
    place.exec(lab, "h2", "sh", "-c", "sleep 0.5; kill $(pidof tcpdump); sleep 0.5")
    said = end(process)
    theirs = place.base / "theirs.pcap"
    place.ctl("cp", lab, "h2:/tmp/x.pcap", theirs)
    columns = ["frame.len", "ip.src", "ip.dst", "ip.id", "ip.proto"]
    mine, guests = fields(ours, *columns), fields(theirs, *columns)
    assert len(guests) >= 10, (guests, place.exec(lab, "h2", "sh", "-c", "cat /tmp/x.log; ls -l /tmp; ps").stdout)
    assert mine == guests, (mine, guests)
    assert f"{len(mine)} packets captured" in said and "missed" not in said, said
    flags = fields(ours, "frame.packet_flags_direction", "ip.src")
    assert all((int(flag, 16) == 1) == (source == "10.0.0.1") for flag, source in flags), flags
    assert captures(place, lab) == []
    place.stop(lab)


def both_ends_show_delay_and_loss(place):
    lab = place.run(place.write("pair.vbet", PAIR % ", delay=30ms"))
    path = place.base / "both.pcapng"
    process = start(place, lab, "c", "--both", "-w", str(path), "-f", "icmp[icmptype] == icmp-echo")
    ping(place, lab, 3)
    place.ctl("call", lab, "set(c, loss=100%/0%)")
    ping(place, lab, 2)
    end(process)
    seen = fields(path, "frame.interface_name", "frame.time_epoch", "icmp.seq")
    assert [name for name, _, _ in seen] == ["c h1:eth0", "c h2:eth0"] * 3 + ["c h1:eth0"] * 2, seen
    for i in range(0, 6, 2):
        assert float(seen[i + 1][1]) - float(seen[i][1]) >= 0.0299, seen
    place.stop(lab)


def the_list_and_the_count(place):
    lab = place.run(place.write("pair.vbet", PAIR % ""))
    process = start(place, lab, "c", "--list", "--count", "4", "-f", "icmp", stdout=subprocess.PIPE)
    ping(place, lab, 3)
    out, _ = process.communicate(timeout=10)
    lines = out.decode().splitlines()
    assert len(lines) == 4, lines
    assert re.fullmatch(r" +0\.000000  10\.0\.0\.1 +10\.0\.0\.2 +ICMP +echo request, id \d+, seq 1", lines[0]), lines
    wait_until(lambda: captures(place, lab) == [], 5, "a reader that goes ends the capture")
    for wrong, words in [
        (("capture", lab, "nosuch"), "no cable named nosuch"),
        (("capture", lab, "c:h9"), "no end at h9"),
        (("capture", "-f", "bogus (", lab, "c"), "no capture filter"),
    ]:
        result = place.ctl(*wrong, check=False)
        assert result.returncode == 1 and words in result.stderr, result
    place.stop(lab)


def a_fifo(place):
    lab = place.run(place.write("pair.vbet", PAIR % ""))
    fifo = place.base / "fifo"
    os.mkfifo(fifo)
    reader = subprocess.Popen(["cat", str(fifo)], stdout=open(place.base / "out.pcapng", "wb"))
    process = start(place, lab, "c", "-w", str(fifo), "-f", "icmp")
    ping(place, lab, 2)
    end(process)
    reader.wait(10)
    assert stat.S_ISFIFO(fifo.stat().st_mode)
    assert len(fields(place.base / "out.pcapng", "frame.number")) == 4
    place.stop(lab)


def passed_until_now(place, lab):
    cable = place.status(lab)["cables"][0]
    return cable["ab"]["frames"] + cable["ba"]["frames"]


def a_slow_reader_loses_and_says_so(place):
    lab = place.run(place.write("pair.vbet", PAIR % ""))
    place.exec(lab, "h2", "sh", "-c", "iperf3 -s -D >/dev/null 2>&1")
    path = place.base / "slow.pcapng"
    earliest = passed_until_now(place, lab)
    process = start(place, lab, "c", "-w", str(path))
    early = passed_until_now(place, lab)
    os.kill(process.pid, signal.SIGSTOP)
    # Far more than waits, and not so fast that the processor time of a capture runs out before what waits is full.
    text = place.exec(lab, "h1", "iperf3", "-c", "10.0.0.2", "-n", "30M", "-b", "200M").stdout
    assert "receiver" in text, text
    assert len(re.findall("time=", ping(place, lab))) == 3  # nothing waits for the reader
    os.kill(process.pid, signal.SIGCONT)
    wait_until(lambda: path.stat().st_size > 4 << 20, 10, "the reader reads what waited")
    ping(place, lab, 1)
    late = passed_until_now(place, lab)
    said = end(process)
    latest = passed_until_now(place, lab)
    captured, missed = map(int, re.search(r"(\d+) packets captured, (\d+) missed", said).groups())
    print(f"{captured} captured, {missed} missed, {late - early} to {latest - earliest} passed")
    # Guests say something by themselves, perhaps just when the capture begins or ends.
    assert late - early <= captured + missed <= latest - earliest, (captured, missed, earliest, early, late, latest)
    assert len(fields(path, "frame.number")) == captured
    comments = fields(path, "frame.comment", only="frame.comment")
    assert comments and "were not captured" in comments[0][0], comments
    place.stop(lab)


def it_outlives_the_switch(place):
    lab = place.run(place.write("pair.vbet", PAIR % ""))
    path = place.base / "killed.pcapng"
    process = start(place, lab, "c", "-w", str(path), "-f", "icmp")
    ping(place, lab, 2)
    vbetlab.Process(place.status(lab)["switch"]["pid"]).kill()
    wait_until(lambda: place.status(lab)["switch"]["restarts"] == 1, 5, "the switch is started again")
    wait_until(lambda: "time=" in ping(place, lab, 1), 10, "the guests reach each other")
    end(process)
    sources = [source for (source,) in fields(path, "ip.src")]
    assert len(sources) >= 6, sources
    assert b"The switch process was replaced" in path.read_bytes()
    place.stop(lab)


if not shutil.which("tshark"):
    vbetlab.lacking("tshark is not installed")
vbetlab.main(
    it_is_what_the_guest_saw,
    both_ends_show_delay_and_loss,
    the_list_and_the_count,
    a_fifo,
    a_slow_reader_loses_and_says_so,
    it_outlives_the_switch,
)
