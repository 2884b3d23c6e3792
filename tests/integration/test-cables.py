# test-cables.py - what cables do to real guests' traffic, changed while the lab runs.
#
# The statistics of each impairment are tested in virtual time (tests/unit/test-cable.c);
# here only what no load of the machine can fake: bounds that hold from one side.
import json
import re
import time

import vbetlab
from vbetlab import wait_until

PAIR = """
h1 = attach(alloc(host), alloc(NIC, ip=10.0.0.1/24))
h2 = attach(alloc(host), alloc(NIC, ip=10.0.0.2/24))
c = link(NIC(h1, 1), NIC(h2, 1)%s)
"""


def round_trips(place, lab, count=5, interval=0.2):
    """Times in ms, by sequence number."""
    text = place.exec(lab, "h1", "ping", "-c", count, "-i", interval, "-W", "3", "10.0.0.2", check=False).stdout
    return [float(time) for time in re.findall(r"time=([\d.]+)", text)]


def carrier(place, lab, node):
    return "NO-CARRIER" not in place.exec(lab, node, "ip", "link", "show", "eth0").stdout


def delay_is_set_and_changed(place):
    lab = place.run(place.write("pair.vbet", PAIR % ", delay=30ms/50ms"))
    round_trips(place, lab, 1)  # ARP
    slow = round_trips(place, lab)
    assert len(slow) == 5 and min(slow) >= 80, slow
    place.ctl("call", lab, "set(c, delay=5ms)")
    fast = round_trips(place, lab)
    assert len(fast) == 5 and min(fast) >= 10 and min(fast) < 80, fast
    place.ctl("apply", lab, place.write("pair.vbet", PAIR % ""))
    assert min(round_trips(place, lab)) < 10
    assert not [call for call in place.rpc(lab, "lab.calls")["calls"] if call["state"] == "failed"]
    place.stop(lab)


def correlated_jitter(place):
    lab = place.run(place.write("pair.vbet", PAIR % ", delay=30ms, jitter=10ms, correlation=90%/50%"))
    round_trips(place, lab, 1)  # ARP
    times = round_trips(place, lab, 10)
    assert len(times) == 10 and min(times) >= 40, times
    place.ctl("call", lab, "set(c, distribution=normal, jitter=5ms, correlation=99%)")
    times = round_trips(place, lab, 10)
    assert len(times) == 10 and min(times) >= 30, times
    refused = place.ctl("call", lab, "set(c, correlation=100%)", check=False)
    assert refused.returncode != 0 and "correlation must be between 0% and 99%, not 100%" in refused.stderr, refused
    assert not [call for call in place.rpc(lab, "lab.calls")["calls"] if call["state"] == "failed"]
    place.stop(lab)


def loss_of_one_direction(place):
    lab = place.run(place.write("pair.vbet", PAIR % ", loss=0%/100%"))
    place.exec(lab, "h1", "arp", "-s", "10.0.0.2", place.device(lab, "h2")["nics"][0]["mac"])
    assert round_trips(place, lab, 3) == []
    (cable,) = place.status(lab)["cables"]
    assert cable["ab"]["frames"] >= 3 and cable["ba"]["dropped"] >= 1, cable
    place.ctl("call", lab, "set(c, loss=0%)")
    assert len(round_trips(place, lab, 3)) == 3
    place.stop(lab)


def rate_limits_tcp(place):
    lab = place.run(place.write("pair.vbet", PAIR % ", rate=10Mbit, delay=20ms"))
    place.exec(lab, "h2", "sh", "-c", "iperf3 -s -D >/dev/null 2>&1")
    text = place.exec(lab, "h1", "iperf3", "-c", "10.0.0.2", "-t", "6", "-O", "2", "-J").stdout
    carried = json.loads(text)["end"]["sum_received"]["bits_per_second"]
    print(f"TCP through 10 Mbit with 20 ms each way: {carried / 1e6:.2f} Mbit/s")
    assert 5e6 < carried < 10e6, carried  # headers take 4.4 %; a loaded machine may take more
    place.stop(lab)


def the_peer_takes_the_carrier(place):
    lab = place.run(place.write("pair.vbet", PAIR % ""))
    wait_until(lambda: carrier(place, lab, "h1"), 5, "carrier when both are up")
    place.ctl("call", lab, "stop(h2)")
    wait_until(lambda: not carrier(place, lab, "h1"), 2, "no carrier when the peer is off")
    assert "10.0.0.1" in place.exec(lab, "h1", "ip", "addr", "show", "eth0").stdout
    place.ctl("call", lab, "start(h2)")
    wait_until(lambda: carrier(place, lab, "h1"), 5, "carrier when the peer is back")
    place.exec(lab, "h2", "ip", "link", "set", "eth0", "down")
    wait_until(lambda: not carrier(place, lab, "h1"), 2, "no carrier when the peer's NIC is down")
    place.exec(lab, "h2", "ip", "link", "set", "eth0", "up")
    wait_until(lambda: carrier(place, lab, "h1"), 5, "carrier when it is up again")
    assert len(round_trips(place, lab, 2)) > 0
    # A fibre with one dead direction: only the end that hears nothing loses its carrier.
    place.ctl("call", lab, "set(c, up=no/yes)")
    wait_until(lambda: not carrier(place, lab, "h2"), 2, "no carrier where nothing arrives")
    assert carrier(place, lab, "h1")
    place.ctl("call", lab, "set(c, up=yes)")
    wait_until(lambda: carrier(place, lab, "h2"), 5, "carrier again")
    place.stop(lab)


def of_nic(place, lab, node, what, nic="eth0"):
    return place.exec(lab, node, "cat", f"/sys/class/net/{nic}/{what}", check=False).stdout.strip()


def speeds(place, lab):
    return [of_nic(place, lab, node, "speed") for node in ("h1", "h2")]


def the_rate_is_the_speed(place):
    lab = place.run(place.write("pair.vbet", PAIR % ", rate=100Mbit/20Mbit"))
    wait_until(lambda: speeds(place, lab) == ["100", "20"], 5, "each NIC has the rate at which it sends")
    assert of_nic(place, lab, "h1", "duplex") == "full"
    changes = of_nic(place, lab, "h1", "carrier_changes")
    place.ctl("call", lab, "set(c, rate=2.5Gbit)")
    wait_until(lambda: speeds(place, lab) == ["2500", "2500"], 5, "another rate")
    place.ctl("apply", lab, place.write("pair.vbet", PAIR % ", rate=100kbit"))
    wait_until(lambda: speeds(place, lab) == ["1", "1"], 5, "the least that a NIC can tell")
    vbetlab.Process(place.status(lab)["switch"]["pid"]).kill()
    wait_until(lambda: place.status(lab)["switch"]["restarts"] == 1, 5, "the switch is started again")
    place.ctl("apply", lab, place.write("pair.vbet", PAIR % ""))
    wait_until(lambda: speeds(place, lab) == ["10000", "10000"], 5, "no rate")
    assert of_nic(place, lab, "h1", "carrier_changes") == changes, "a change of the rate cost the carrier"
    # What it is told while there is no carrier, and before it boots.
    place.ctl("call", lab, "set(c, up=no) set(c, rate=40Mbit) set(c, up=yes)")
    wait_until(lambda: speeds(place, lab) == ["40", "40"], 5, "a rate that came without carrier")
    place.ctl("call", lab, "stop(h2) set(c, rate=30Mbit) start(h2)")
    wait_until(lambda: speeds(place, lab) == ["30", "30"], 20, "a rate that came while it was off")
    # A NIC that is plugged into a running guest knows no speed, and is none the worse for it.
    place.ctl("call", lab, "unplug(c) detach(NIC(h2, 1)) attach(h2, alloc(NIC, ip=10.0.0.2/24))")
    place.ctl("call", lab, "link(NIC(h1, 1), NIC(h2, 1), rate=50Mbit)")
    wait_until(lambda: speeds(place, lab) == ["50", ""], 5, "the speed of a new cable")
    place.stop(lab)


COSTS = '''
r1 = attach(alloc(router, routing="""router ospf
 network 10.0.0.0/8 area 0"""),
            alloc(NIC, ip=10.0.1.1/24), alloc(NIC, ip=10.0.2.1/24))
h1 = attach(alloc(host), alloc(NIC, ip=10.0.1.2/24))
h2 = attach(alloc(host), alloc(NIC, ip=10.0.2.2/24))
c = link(NIC(r1, 1), NIC(h1, 1), rate=10Mbit)
link(NIC(r1, 2), NIC(h2, 1), rate=1Gbit)
'''


def ospf_costs_follow_the_rate(place):
    lab = place.run(place.write("costs.vbet", COSTS))

    def costs():
        text = place.exec(lab, "r1", "vtysh", "-c", "show ip ospf interface", check=False).stdout
        return [int(cost) for cost in re.findall(r"Cost: (\d+)", text)]

    wait_until(lambda: costs() == [10000, 100], 60, "costs of 10 Mbit/s and 1 Gbit/s")
    place.ctl("call", lab, "set(c, rate=100Mbit)")
    wait_until(lambda: costs() == [1000, 100], 20, "the cost of the new rate")
    place.stop(lab)


TRIANGLE = '''
r1 = attach(alloc(router, routing="""interface eth0
 ip ospf network point-to-point
interface eth1
 ip ospf network point-to-point
 ip ospf cost 100
router ospf
 network 10.0.0.0/8 area 0"""), alloc(NIC, ip=10.0.1.1/24), alloc(NIC, ip=10.0.2.1/24))
r2 = attach(alloc(router, routing="""interface eth0
 ip ospf network point-to-point
interface eth1
 ip ospf network point-to-point
 ip ospf cost 100
router ospf
 redistribute connected
 network 10.0.1.0/24 area 0
 network 10.0.2.0/24 area 0"""), alloc(NIC, ip=10.0.1.2/24), alloc(NIC, ip=10.0.2.2/24), alloc(NIC, ip=10.0.9.1/24))
near = link(NIC(r1, 1), NIC(r2, 1))
far = link(NIC(r1, 2), NIC(r2, 2))
'''


def ospf_sees_an_unplugged_cable(place):
    """Without a carrier that goes away, the neighbour would be missed after its dead interval of 40 seconds."""
    lab = place.run(place.write("triangle.vbet", TRIANGLE))

    def way(address):
        return f"via {address} " in place.exec(lab, "r1", "ip", "route", "show", "10.0.9.0/24").stdout

    wait_until(lambda: way("10.0.1.2"), 120, "the near way")
    neighbours = ("vtysh", "-c", "show ip ospf neighbor")
    wait_until(lambda: place.exec(lab, "r1", *neighbours).stdout.count("Full") == 2, 120, "two adjacencies")
    began = time.monotonic()
    place.ctl("call", lab, "unplug(near)")
    wait_until(lambda: way("10.0.2.2"), 20, "the far way, without waiting for the dead interval")
    print(f"OSPF took the other way {time.monotonic() - began:.2f} s after the cable was unplugged")
    place.stop(lab)


def a_schedule_flaps(place):
    lab = place.run(place.write("pair.vbet", PAIR % ", up-for=2s, down-for=2s"))
    for _ in range(2):
        wait_until(lambda: not carrier(place, lab, "h1"), 6, "the cable goes down")
        wait_until(lambda: carrier(place, lab, "h1"), 6, "the cable comes up")
    place.ctl("call", lab, "set(c, up-for=0s)")
    wait_until(lambda: carrier(place, lab, "h2"), 5, "it stays up")
    place.stop(lab)


def the_quality_survives_the_switch(place):
    lab = place.run(place.write("pair.vbet", PAIR % ", delay=20ms"))
    vbetlab.Process(place.status(lab)["switch"]["pid"]).kill()
    wait_until(lambda: place.status(lab)["switch"]["restarts"] == 1, 5, "the switch is started again")
    times = wait_until(lambda: round_trips(place, lab, 3), 10, "the guests reach each other")
    assert min(times) >= 40, times
    place.stop(lab)


vbetlab.main(
    delay_is_set_and_changed,
    correlated_jitter,
    loss_of_one_direction,
    rate_limits_tcp,
    the_peer_takes_the_carrier,
    the_rate_is_the_speed,
    ospf_costs_follow_the_rate,
    ospf_sees_an_unplugged_cable,
    a_schedule_flaps,
    the_quality_survives_the_switch,
)
