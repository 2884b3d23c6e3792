# test-remote.py - cables that go on in another lab, by UDP, with real guests: two labs joined, hellos and carrier,
# strangers, live changes, failures; and VXLAN with a vxlan device of the real host. As root it moves into network and
# mount namespaces of its own, so that its ports and devices touch nothing of the host; else the test with a vxlan
# device is left out, which is said.
import contextlib
import os
import socket
import subprocess

import vbetlab
from vbetlab import wait_until

LAB = """
far = alloc(remote, %s)
h1 = attach(alloc(host, services=web), alloc(NIC, ip=10.7.0.%d/24))
link(far, h1)
"""

SWITCHED = """
far = alloc(remote, %s)
h1 = attach(alloc(host), alloc(NIC, ip=10.7.0.%d/24))
link(alloc(switch), far, h1)
"""


OWN = vbetlab.own_world()


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def failed_calls(place, lab):
    return [call for call in place.rpc(lab, "lab.calls")["calls"] if call["state"] == "failed"]


def start(place, name, number, attributes, text=LAB):
    """A lab with one host, 10.7.0.NUMBER, whose remote may fail."""
    before = set(place.labs())
    place.ctl("run", "--detach", "--keep-failed", place.write(name, text % (attributes, number)), check=False)
    lab = (set(place.labs()) - before).pop()
    place.remember(lab)
    return lab


def far(place, lab):
    return place.device(lab, "far")


def far_is(place, lab, state, seconds=10):
    wait_until(lambda: far(place, lab).get("far_end") == state, seconds, f"the far end of {lab} is {state}")


def carrier(place, lab):
    said = place.exec(lab, "h1", "cat", "/sys/class/net/eth0/carrier", check=False)
    return said.returncode == 0 and said.stdout.strip() == "1"


def ping(place, lab, number, *options):
    words = ["ping", "-n", "-c", "1", "-W", "2", *options, f"10.7.0.{number}"]
    return place.exec(lab, "h1", *words, check=False).returncode == 0


def page(place, lab, number):
    words = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "3", f"http://10.7.0.{number}/"]
    return place.exec(lab, "h1", *words, check=False).stdout


def two_labs(place):
    one, two = free_port(), free_port()
    left = start(place, "left.vbet", 1, f'peer="127.0.0.1:{two}", listen="{one}"')
    assert not failed_calls(place, left), failed_calls(place, left)
    # Nobody is there yet: the host of this lab sees it.
    far_is(place, left, "refused")
    device = far(place, left)
    assert device["state"] == "ready" and device["peer"] == f"127.0.0.1:{two}" and "heard" not in device, device
    wait_until(lambda: not carrier(place, left), 10, "no carrier")
    # The other lab starts later.
    right = start(place, "right.vbet", 2, f'peer="127.0.0.1:{one}", listen="127.0.0.1:{two}"')
    for lab in (left, right):
        far_is(place, lab, "heard")
        assert far(place, lab)["heard"] < 3, far(place, lab)
        wait_until(lambda: carrier(place, lab), 10, f"carrier in {lab}")  # noqa: B023
    wait_until(lambda: ping(place, left, 2), 10, "ping from one lab to the other")
    assert ping(place, right, 1)
    # Frames of full length, and with the headers longer than many a path takes.
    assert ping(place, left, 2, "-s", "1472", "-M", "do")
    assert page(place, left, 2) == "200" and page(place, right, 1) == "200"
    place.exec(right, "h1", "dd", "if=/dev/urandom", "of=/var/www/big", "bs=1M", "count=4")
    sent = place.exec(right, "h1", "sha256sum", "/var/www/big").stdout.split()[0]
    fetched = place.exec(left, "h1", "sh", "-c", "curl -s --max-time 60 http://10.7.0.2/big | sha256sum", check=False)
    assert sent in fetched.stdout, fetched
    # The host at one end goes down: the cable's other end sees it.
    place.exec(right, "h1", "ip", "link", "set", "eth0", "down")
    far_is(place, left, "cut", 5)
    wait_until(lambda: not carrier(place, left), 5, "no carrier: the far host is down")
    place.exec(right, "h1", "ip", "link", "set", "eth0", "up")
    wait_until(lambda: ping(place, left, 2), 10, "ping again")
    # The switch of one dies; its socket stays.
    vbetlab.Process(place.status(left)["switch"]["pid"]).kill()
    wait_until(lambda: place.status(left)["switch"]["restarts"] == 1, 5, "the switch is started again")
    wait_until(lambda: ping(place, right, 1), 10, "ping through the new switch")
    place.remember(left)
    assert not failed_calls(place, left) and not failed_calls(place, right)
    # The engine of one is killed: nothing of it stays, and the other notices.
    place.remember(right)
    engine = vbetlab.Process(place.status(right)["pid"])
    engine.kill()
    far_is(place, left, "refused", 10)
    place.stop(left)


def same_macs(place):
    """Two labs of one name: both tell that their hosts have one MAC, until one has a seed; then they reach each other."""
    one, two = free_port(), free_port()
    (place.base / "other").mkdir()
    left = start(place, "same.vbet", 1, f'peer="127.0.0.1:{two}", listen="{one}"', SWITCHED)
    right = start(place, "other/same.vbet", 2, f'peer="127.0.0.1:{one}", listen="{two}"', SWITCHED)

    def mac(lab):
        return next(iter(place.device(lab, "h1")["nics"]))["mac"]

    def clash(lab):
        return [alarm for alarm in place.status(lab)["alarms"] if alarm["kind"] == "same-macs"]

    assert mac(left) == mac(right), (mac(left), mac(right))
    for lab in (left, right):
        wait_until(lambda: clash(lab), 10, f"{lab} tells of it")  # noqa: B023
        assert clash(lab)[0]["device"] == "far" and "called same" in clash(lab)[0]["text"], clash(lab)
        assert "seed(" in clash(lab)[0]["remedy"], clash(lab)
        assert far(place, lab)["far_lab"] == "same", far(place, lab)
        said = place.ctl("status", lab).stdout
        assert "makes the MAC addresses that this one makes" in said and "(lab same, heard" in said, said
    assert not ping(place, left, 2)  # the switches send the answer back where it comes from
    # One edit of one text: its host gets another MAC while it runs, and both labs have no more to tell.
    text = SWITCHED % (f'peer="127.0.0.1:{two}", listen="{one}"', 1)
    place.ctl("apply", left, place.write("same.vbet", text + 'seed("left")\n'))
    assert not failed_calls(place, left), failed_calls(place, left)
    assert mac(left) != mac(right)
    for lab in (left, right):
        wait_until(lambda: not clash(lab), 10, f"{lab} has no more to tell")  # noqa: B023
    wait_until(lambda: ping(place, left, 2), 10, "ping with MACs of their own")
    assert ping(place, right, 1)
    # Without it again; the other lab goes: then there is nothing to tell either.
    place.ctl("apply", left, place.write("same.vbet", text))
    for lab in (left, right):
        wait_until(lambda: clash(lab), 10, f"{lab} tells of it again")  # noqa: B023
    place.stop(right)
    wait_until(lambda: not clash(left), 10, "nobody is there")
    place.stop(left)


def strangers(place):
    """Datagrams of nobody but the peer are taken: not of another address, not of another port of its."""
    here, there = free_port(), free_port()
    frame = bytes.fromhex("ffffffffffff 020000000099 0806 0001080006040001 020000000099 0a070099 000000000000 0a070001")
    frame += bytes(18)  # who has 10.7.0.1? tell 10.7.0.153
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind(("127.0.0.1", there))
        peer.settimeout(10)
        lab = start(place, "one.vbet", 1, f'peer="localhost:{there}", listen="{here}"')

        def received():
            return next(nic for nic in far(place, lab)["nics"])["tx_frames"]

        wait_until(lambda: far(place, lab).get("far_end") == "unknown", 10, "nothing is refused, nothing heard")
        wait_until(lambda: carrier(place, lab), 10, "who need not speak may be there")
        for address in ("127.0.0.1", "127.0.0.2"):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
                stranger.bind((address, 0))
                stranger.sendto(frame, ("127.0.0.1", here))
        assert received() == 0 and far(place, lab)["far_end"] == "unknown"
        # An empty datagram and a short one are no end; then a frame is answered.
        peer.sendto(b"", ("127.0.0.1", here))
        peer.sendto(b"short", ("127.0.0.1", here))
        far_is(place, lab, "heard")
        peer.sendto(frame, ("127.0.0.1", here))

        def answered():
            said = peer.recv(2000)
            return said[12:14] == b"\x08\x06" and said[20:22] == b"\0\2" and said[28:32] == bytes((10, 7, 0, 1))

        wait_until(answered, 10, "the host answers the peer's frame")
        wait_until(lambda: received() == 1, 5, "one frame was taken")
    far_is(place, lab, "refused", 10)
    place.stop(lab)


def live_changes(place):
    one, two, three = free_port(), free_port(), free_port()
    left = start(place, "left.vbet", 1, f'peer="127.0.0.1:{two}", listen="{one}"')
    right = start(place, "right.vbet", 2, f'peer="127.0.0.1:{one}", listen="{three}"')
    far_is(place, left, "refused")
    # The right port, though the old socket has its own still.
    place.ctl("call", left, f'set(far, peer="127.0.0.1:{three}")')
    far_is(place, left, "heard")
    wait_until(lambda: ping(place, left, 2), 10, "ping after the change")
    # VXLAN at one end only: no frame passes, and they are counted.
    place.ctl("call", left, "set(far, vni=4242)")
    wait_until(lambda: not ping(place, left, 2), 10, "one end speaks VXLAN")
    place.ctl("call", right, "set(far, vni=4243)")
    assert not ping(place, left, 2)
    wait_until(lambda: next(iter(far(place, right)["nics"]))["dropped"] > 0, 5, "another network's are counted")
    place.ctl("call", right, "set(far, vni=4242)")
    wait_until(lambda: ping(place, left, 2), 10, "ping by VXLAN")
    assert ping(place, left, 2, "-s", "1472", "-M", "do")
    assert not failed_calls(place, left) and not failed_calls(place, right)
    # Another port at one end, then at the other; the old port is free.
    place.ctl("call", right, f'set(far, listen="{two}")')
    place.ctl("call", left, f'set(far, peer="127.0.0.1:{two}")')
    wait_until(lambda: ping(place, left, 2), 10, "ping at the other port")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", three))
    # By IPv6, with VXLAN and without.
    place.ctl("call", right, f'set(far, peer="[::1]:{one}", listen="[::1]:{two}")')
    place.ctl("call", left, f'set(far, peer="[::1]:{two}")')
    wait_until(lambda: ping(place, left, 2, "-s", "1472", "-M", "do"), 10, "ping by IPv6")
    for lab in (left, right):
        place.ctl("call", lab, "set(far, vni=default)")
    wait_until(lambda: ping(place, left, 2, "-s", "1472", "-M", "do"), 10, "ping by IPv6, as it is")
    place.ctl("call", right, f'set(far, peer="127.0.0.1:{one}", listen="{two}", vni=4242)')
    # Another name is another device, with the port of the one that goes.
    text = LAB % (f'peer="127.0.0.1:{two}", listen="{one}", vni=4242', 1)
    place.ctl("apply", left, place.write("renamed.vbet", text.replace("far", "away")))
    assert not failed_calls(place, left), failed_calls(place, left)
    wait_until(lambda: ping(place, left, 2), 10, "ping through another device")
    place.ctl("call", left, "free(away)")
    far_is(place, right, "refused")
    place.stop(left)
    place.stop(right)


def failures(place):
    port, other = free_port(), free_port()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", port))
        lab = start(place, "one.vbet", 1, f'peer="127.0.0.1:{other}", listen="{port}"')
        failed = failed_calls(place, lab)
        assert len(failed) == 1 and f"Port {port} of the real host is in use" in failed[0]["error"], failed
        device = far(place, lab)
        assert device["state"] == "failed" and device["error"] == failed[0]["error"], device
        wait_until(lambda: not carrier(place, lab), 10, "no carrier")
    retried = place.rpc(lab, "call.retry", number=failed[0]["number"])["call"]
    assert retried["state"] == "done", retried
    assert far(place, lab)["state"] == "ready" and "error" not in far(place, lab)

    def fails(text, said):
        before = len(failed_calls(place, lab))
        place.ctl("call", lab, f"set(far, {text})", check=False)
        failed = failed_calls(place, lab)
        assert len(failed) > before and said in failed[-1]["error"], failed[-1]["error"]
        assert far(place, lab)["state"] == "failed"

    fails('peer="nobody.invalid:7000"', "cannot be looked up")
    fails(f'peer="[::1]:{other}", listen="127.0.0.1:{port}"', "write both of one kind")
    fails(f'peer="127.0.0.1:{other}", listen="192.0.2.200:{port}"', "The real host has no address 192.0.2.200")
    if OWN:
        fails(f'peer="127.0.0.1:{other}", listen="700"', "may not receive at port 700")
        fails('peer="192.0.2.7:7000", listen="7000"', "The real host has no way to 192.0.2.7:7000")
    # Healed by a change.
    place.ctl("call", lab, f'set(far, peer="[::1]:{other}", listen="{port}")')
    assert far(place, lab)["state"] == "ready" and far(place, lab)["peer"] == f"[::1]:{other}", far(place, lab)
    place.stop(lab)
    # Nothing is written: it says what.
    lab = start(place, "two.vbet", 1, "")
    assert "leads nowhere yet" in failed_calls(place, lab)[0]["error"]
    place.stop(lab)


def slow_names(place):
    """A name server that does not answer: the call fails in bounded time, and stopping does not wait for it."""
    resolver = place.write("resolv.conf", "nameserver 127.0.0.1\n")
    subprocess.run(["mount", "--bind", resolver, os.path.realpath("/etc/resolv.conf")], check=True)
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
            ear.bind(("127.0.0.1", 53))
            lab = start(place, "one.vbet", 1, 'peer="far.example:7000", listen="7000"')
            failed = failed_calls(place, lab)
            assert len(failed) == 1 and "name server does not answer" in failed[0]["error"], failed
            asking = subprocess.Popen([str(vbetlab.VBETCTL), "call", lab, 'set(far, peer="other.example:7000")'],
                                      env=place.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            ear.settimeout(20)
            while b"other" not in ear.recv(1000):
                pass
            place.stop(lab)
            asking.wait(20)
    finally:
        subprocess.run(["umount", os.path.realpath("/etc/resolv.conf")], check=True)


@contextlib.contextmanager
def other_host():
    """A network namespace behind 192.0.2.1 (here) and 192.0.2.2 (there). Yields the words that run something there."""
    keeper = subprocess.Popen(["unshare", "--net", "sleep", "1000"])
    there = ["nsenter", f"--net=/proc/{keeper.pid}/ns/net"]
    try:
        own = os.readlink("/proc/self/ns/net")
        wait_until(lambda: os.readlink(f"/proc/{keeper.pid}/ns/net") != own, 5, "the namespace")
        for words in (
            ["ip", "link", "add", "vbv0", "type", "veth", "peer", "name", "vbv1"],
            ["ip", "link", "set", "vbv1", "netns", str(keeper.pid)],
            ["ip", "addr", "add", "192.0.2.1/24", "dev", "vbv0"],
            ["ip", "link", "set", "vbv0", "up"],
            [*there, "ip", "addr", "add", "192.0.2.2/24", "dev", "vbv1"],
            [*there, "ip", "link", "set", "vbv1", "up"],
            [*there, "ip", "link", "set", "lo", "up"],
        ):
            subprocess.run(words, check=True)
        yield there
    finally:
        keeper.kill()
        keeper.wait()


def vxlan_device(place):
    with other_host() as there:
        add = ["ip", "link", "add", "vbx0", "type", "vxlan", "id", "42", "remote", "192.0.2.1", "dstport", "4789"]
        subprocess.run([*there, *add], check=True)
        subprocess.run([*there, "ip", "addr", "add", "10.7.0.9/24", "dev", "vbx0"], check=True)
        subprocess.run([*there, "ip", "link", "set", "vbx0", "mtu", "1500", "up"], check=True)
        lab = start(place, "one.vbet", 1, 'peer="192.0.2.2:4789", listen="192.0.2.1:4789", vni=42')
        assert not failed_calls(place, lab), failed_calls(place, lab)
        wait_until(lambda: ping(place, lab, 9), 15, "the vxlan device answers")
        # 1500 bytes in the lab are 1550 on the way, whose MTU is 1500: fragments.
        assert ping(place, lab, 9, "-s", "1472", "-M", "do")
        asked = subprocess.run([*there, "ping", "-n", "-c", "1", "-W", "2", "-s", "1472", "10.7.0.1"], capture_output=True)
        assert asked.returncode == 0, asked.stdout
        assert far(place, lab)["far_end"] == "heard", far(place, lab)
        # It is of another network now.
        place.ctl("call", lab, "set(far, vni=43)")
        assert not ping(place, lab, 9)
        place.stop(lab)


tests = [two_labs, same_macs, strangers, live_changes, failures]
if OWN:
    kernel = subprocess.run(["ip", "link", "add", "vbx9", "type", "vxlan", "id", "9", "dstport", "4789"], capture_output=True)
    subprocess.run(["ip", "link", "del", "vbx9"], capture_output=True)
if OWN:
    tests.append(slow_names)
else:
    print("left out: slow_names (needs root, for a name server of its own)")
if OWN and kernel.returncode == 0:
    tests.append(vxlan_device)
else:
    print("left out: vxlan_device (needs root and a kernel with vxlan)")
vbetlab.main(*tests)
