# test-faults.py - a guest that misbehaves in every way it can, on a switch with others: two of them ping each other all
# the while and miss nothing, and the guest itself works again when it is done.
import contextlib
import os
import re
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.environ["VBET_TOP_SRCDIR"], "tests", "integration"))
import vbetlab  # noqa: E402
from vbetlab import BUILD, wait_until  # noqa: E402

LAB = """
bad = attach(alloc(host), alloc(NIC, ip=10.0.0.1/24))
a = attach(alloc(host), alloc(NIC, ip=10.0.0.2/24))
b = attach(alloc(host), alloc(NIC, ip=10.0.0.3/24))
sink = attach(alloc(host), alloc(NIC, ip=10.0.0.4/24))
s = alloc(switch%s)
link(s, bad, a, b, sink)
"""
PLAIN = LAB % ""
# It looks into every frame.
MANAGED = LAB % ", stp=yes"
# A mirror at which nobody reads, too.
VLANS = """
bad = attach(alloc(host), alloc(NIC, ip=10.0.0.1/24))
a = attach(alloc(host), alloc(NIC, ip=10.0.0.2/24))
b = attach(alloc(host), alloc(NIC, ip=10.0.0.3/24))
sink = attach(alloc(host), alloc(NIC, ip=10.0.0.4/24))
s = alloc(switch, mirror=5)
attach(s, alloc(NIC, trunk=[10, 20], vlan=10), alloc(NIC, vlan=10), alloc(NIC, vlan=10), alloc(NIC, vlan=10), alloc(NIC))
link(NIC(s, 1), bad)
link(NIC(s, 2), a)
link(NIC(s, 3), b)
link(NIC(s, 4), sink)
"""
FRAMES = ("runts", "giants", "vlans", "ipv6", "bpdus", "gso", "flood", "addresses", "broadcasts")


def start(place, text):
    lab = place.run(place.write("faults.vbet", text))
    place.remember(lab)
    wait_until(lambda: reaches(place, lab, "a", "10.0.0.3"), 20, "the network works")
    place.ctl("cp", lab, BUILD / "tests" / "fault" / "misbehave", "bad:/tmp/misbehave")
    return lab


def reaches(place, lab, node, address):
    command = ("ping", "-c1", "-W2", address)
    return " 0% packet loss" in place.exec(lab, node, *command, check=False).stdout


def mac(place, lab, node):
    return place.device(lab, node)["nics"][0]["mac"]


def heard(place, lab):
    """Numbers of the answers so far."""
    text = place.exec(lab, "a", "cat", "/tmp/answers").stdout
    return [int(number) for number in re.findall(r"icmp_seq=(\d+) ttl", text)]


@contextlib.contextmanager
def nothing_is_lost(place, lab, what):
    """a pings b meanwhile; every answer up to the last one came, once. What is on its way at the end is not judged."""
    place.exec(lab, "a", "sh", "-c", "ping -i 0.02 10.0.0.3 >/tmp/answers 2>&1 & echo $! >/tmp/pinger")
    wait_until(lambda: len(heard(place, lab)) > 5, 20, "the others ping")
    yield
    before = len(heard(place, lab))
    wait_until(lambda: len(heard(place, lab)) > before + 5, 20, f"the others still ping after {what}")
    place.exec(lab, "a", "sh", "-c", "kill -INT $(cat /tmp/pinger)")
    numbers = heard(place, lab)
    missing = sorted(set(range(1, max(numbers) + 1)) - set(numbers))
    assert not missing, f"{what}: {len(missing)} of {max(numbers)} were lost: {missing[:20]}"
    print(f"  {what}: {len(numbers)} of {max(numbers)} pings of the others")


def works_again(place, lab, what):
    """Within what a spanning tree may take: whose last BPDU was one of the old protocol is no edge port, and is heard
    again after two forward delays of 15 s (IEEE 802.1D-2004, 17.25: an edge needs sendRSTP)."""
    wait_until(lambda: reaches(place, lab, "bad", "10.0.0.2"), 60, f"the guest itself works after {what}")


def switch_lives(place, lab):
    assert place.status(lab)["switch"]["restarts"] == 0, "the switch died"


def frames_on(place, text):
    lab = start(place, text)
    target = mac(place, lab, "sink")
    for kind in FRAMES:
        with nothing_is_lost(place, lab, kind):
            sent = int(place.exec(lab, "bad", "/tmp/misbehave", "eth0", kind, target, 2).stdout)
        assert sent > 0, kind  # of runts and giants the guest's kernel refuses most
        works_again(place, lab, kind)
    switch_lives(place, lab)
    place.stop(lab)


def bad_frames(place):
    frames_on(place, PLAIN)


def bad_frames_by_vector(place):
    place.environment["VBET_NIC"] = "vector"
    frames_on(place, PLAIN)


def bad_frames_and_a_tree(place):
    frames_on(place, MANAGED)


def bad_frames_and_vlans(place):
    frames_on(place, VLANS)


def thousand_resets(place):
    """The NIC goes down and up a thousand times, of either kind."""
    script = "".join("link set eth0 down\nlink set eth0 up\n" for _ in range(1000))
    for kind in ("virtio", "vector"):
        place.environment["VBET_NIC"] = kind
        lab = start(place, PLAIN)
        (place.base / "resets").write_text(script)
        place.ctl("cp", lab, place.base / "resets", "bad:/tmp/resets")
        with nothing_is_lost(place, lab, f"a thousand resets ({kind})"):
            place.exec(lab, "bad", "ip", "-batch", "/tmp/resets")
        works_again(place, lab, "a thousand resets")
        switch_lives(place, lab)
        place.stop(lab)
    del place.environment["VBET_NIC"]


def driver_comes_and_goes(place):
    """The driver lets go of the device and takes it again: all that is said by vhost-user at a boot, many times."""
    lab = start(place, PLAIN)
    script = """
cd /sys/bus/virtio/drivers/virtio_net
device=$(basename $(readlink /sys/class/net/eth0/device))
end=$(($(date +%s) + 15)) n=0
while [ $(date +%s) -lt $end ]; do
  echo $device >unbind || exit 1
  echo $device >bind || exit 1
  n=$((n + 1))
done
echo $n
"""
    with nothing_is_lost(place, lab, "the driver comes and goes"):
        count = int(place.exec(lab, "bad", "sh", "-c", script).stdout)
    print(f"  {count} times")
    assert count >= 10, count
    place.exec(lab, "bad", "sh", "-c", "ip link set eth0 up; ip addr replace 10.0.0.1/24 dev eth0")
    works_again(place, lab, "its driver was taken away")
    switch_lives(place, lab)
    place.stop(lab)


def never_reads(place):
    """A paused guest reads nothing while somebody floods it."""
    lab = start(place, PLAIN)
    place.ctl("call", lab, "pause(sink)")
    with nothing_is_lost(place, lab, "a guest that does not read"):
        place.exec(lab, "bad", "/tmp/misbehave", "eth0", "flood", mac(place, lab, "sink"), 4)
    place.ctl("call", lab, "resume(sink)")
    wait_until(lambda: reaches(place, lab, "sink", "10.0.0.2"), 30, "the paused guest works again")
    switch_lives(place, lab)
    place.stop(lab)


def all_at_once(place):
    """Frames of every kind, resets and a capture at the same time."""
    lab = start(place, PLAIN)
    target = mac(place, lab, "sink")
    stop = threading.Event()

    def resets():
        while not stop.is_set():
            place.exec(lab, "sink", "sh", "-c", "ip link set eth0 down; ip link set eth0 up", check=False)
            time.sleep(0.1)

    thread = threading.Thread(target=resets)
    with nothing_is_lost(place, lab, "all at once"):
        thread.start()
        try:
            for kind in FRAMES:
                place.exec(lab, "bad", "/tmp/misbehave", "eth0", kind, target, 1)
        finally:
            stop.set()
            thread.join()
    works_again(place, lab, "all at once")
    switch_lives(place, lab)
    place.stop(lab)


os.environ.pop("VBET_NIC", None)
vbetlab.main(
    bad_frames,
    bad_frames_by_vector,
    bad_frames_and_a_tree,
    bad_frames_and_vlans,
    thousand_resets,
    driver_comes_and_goes,
    never_reads,
    all_at_once,
)
