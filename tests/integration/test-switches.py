# test-switches.py - switches with VLANs, spanning tree and mirror, between real guests.
import vbetlab
from vbetlab import wait_until

# Two switches with a trunk; two networks that share addresses and must not meet.
VLANS = """
s1 = attach(alloc(switch), alloc(NIC, vlan=10), alloc(NIC, vlan=20), alloc(NIC, trunk=[10, 20]))
s2 = attach(alloc(switch), alloc(NIC, vlan=10), alloc(NIC, vlan=20), alloc(NIC, trunk=[10, 20]))
a1 = attach(alloc(host), alloc(NIC, ip=10.0.0.1/24))
b1 = attach(alloc(host), alloc(NIC, ip=10.0.0.1/24))
a2 = attach(alloc(host), alloc(NIC, ip=10.0.0.2/24))
b2 = attach(alloc(host), alloc(NIC, ip=10.0.0.3/24))
link(NIC(s1, 1), a1)
link(NIC(s1, 2), b1)
link(NIC(s2, 1), a2)
link(NIC(s2, 2), b2)
trunk = link(NIC(s1, 3), NIC(s2, 3))
"""
# A triangle of switches: a loop.
LOOP = """
s1 = alloc(switch, stp=%s)
s2 = alloc(switch, stp=%s, priority=4096)
s3 = alloc(switch, stp=%s)
one = link(NIC(s1, 1), NIC(s2, 1))
two = link(NIC(s2, 2), NIC(s3, 1))
three = link(NIC(s3, 2), NIC(s1, 2))
h1 = attach(alloc(host), alloc(NIC, ip=10.0.0.1/24))
h3 = attach(alloc(host), alloc(NIC, ip=10.0.0.3/24))
link(NIC(s1, 3), h1)
link(NIC(s3, 3), h3)
"""
MIRROR = """
s = attach(alloc(switch, mirror=3), alloc(NIC), alloc(NIC), alloc(NIC))
h1 = attach(alloc(host), alloc(NIC, ip=10.0.0.1/24))
h2 = attach(alloc(host), alloc(NIC, ip=10.0.0.2/24))
spy = attach(alloc(host), alloc(NIC))
link(NIC(s, 1), h1)
link(NIC(s, 2), h2)
link(NIC(s, 3), spy)
"""

# An access point whose uplink was cabled in the middle, and a host that has no cable yet.
ACCESS_POINT = """
a = alloc(ap, isolation=yes)
h1 = attach(alloc(host), alloc(NIC, ip=10.0.0.1/24))
h2 = attach(alloc(host), alloc(NIC, ip=10.0.0.2/24))
h3 = attach(alloc(host), alloc(NIC, ip=10.0.0.3/24))
r = attach(alloc(router), alloc(NIC, ip=10.0.0.254/24))
link(a, h1, r, h2)
"""


def reaches(place, lab, node, target, count=1):
    return place.exec(lab, node, "ping", "-c", count, "-W", "1", target, check=False).returncode == 0


def failed_calls(place, lab):
    return [call for call in place.rpc(lab, "lab.calls")["calls"] if call["state"] == "failed"]


def vlans_stay_apart(place):
    lab = place.run(place.write("vlans.vbet", VLANS))
    assert not failed_calls(place, lab)
    assert reaches(place, lab, "a1", "10.0.0.2")
    assert reaches(place, lab, "b1", "10.0.0.3")
    assert not reaches(place, lab, "a1", "10.0.0.3")
    assert not reaches(place, lab, "b1", "10.0.0.2")
    table = place.device(lab, "s1")["addresses"]
    assert {entry["vlan"] for entry in table} == {10, 20}, table
    # Moved to the other network while it runs.
    place.ctl("call", lab, "set(NIC(s2, 2), vlan=10)")
    wait_until(lambda: reaches(place, lab, "a1", "10.0.0.3"), 5, "b2 is in the network of a1")
    assert not reaches(place, lab, "b1", "10.0.0.3")
    assert not failed_calls(place, lab)
    # The switch process dies and comes back with all of it.
    vbetlab.Process(place.status(lab)["switch"]["pid"]).kill()
    wait_until(lambda: place.status(lab)["switch"]["restarts"] == 1, 5, "the switch is started again")
    wait_until(lambda: reaches(place, lab, "a1", "10.0.0.3"), 5, "the network is back")
    assert not reaches(place, lab, "b1", "10.0.0.3")
    place.stop(lab)


def an_access_point_isolates(place):
    lab = place.run(place.write("ap.vbet", ACCESS_POINT))
    assert not failed_calls(place, lab)
    assert reaches(place, lab, "h1", "10.0.0.254") and reaches(place, lab, "r", "10.0.0.2")
    assert not reaches(place, lab, "h1", "10.0.0.2") and not reaches(place, lab, "h2", "10.0.0.1")
    assert place.device(lab, "a")["addresses"], "it learns addresses"
    # A client that comes later is kept from the others, too.
    place.ctl("call", lab, "link(a, h3)")
    wait_until(lambda: reaches(place, lab, "h3", "10.0.0.254"), 5, "the new client reaches the router")
    assert not reaches(place, lab, "h3", "10.0.0.1")
    # The switch process dies and comes back with all of it.
    vbetlab.Process(place.status(lab)["switch"]["pid"]).kill()
    wait_until(lambda: place.status(lab)["switch"]["restarts"] == 1, 5, "the switch is started again")
    wait_until(lambda: reaches(place, lab, "h1", "10.0.0.254"), 5, "the network is back")
    assert not reaches(place, lab, "h1", "10.0.0.2")
    place.ctl("call", lab, "set(a, isolation=no)")
    wait_until(lambda: reaches(place, lab, "h1", "10.0.0.2"), 5, "clients reach each other")
    place.ctl("call", lab, "set(a, isolation=yes)")
    wait_until(lambda: not reaches(place, lab, "h1", "10.0.0.2"), 5, "and no longer")
    assert reaches(place, lab, "h2", "10.0.0.254")
    assert not failed_calls(place, lab)
    place.stop(lab)


def a_loop_with_spanning_tree(place):
    lab = place.run(place.write("loop.vbet", LOOP % ("yes", "yes", "yes")))
    wait_until(lambda: reaches(place, lab, "h1", "10.0.0.3"), 10, "the tree has formed")
    ports = {(name, nic["index"]): nic for name in ("s1", "s2", "s3") for nic in place.device(lab, name)["nics"]}
    roles = {key: port["role"] for key, port in ports.items() if key[1] < 3}
    assert sorted(roles.values()) == ["alternate", "designated", "designated", "designated", "root", "root"], roles
    assert roles[("s2", 1)] == roles[("s2", 2)] == "designated", roles  # it has the best priority
    assert place.device(lab, "s1")["root"] == place.device(lab, "s2")["bridge_id"]
    before = {cable["name"]: cable["ab"]["frames"] + cable["ba"]["frames"] for cable in place.status(lab)["cables"]}
    place.exec(lab, "h1", "sh", "-c", "ping -b -c 5 -i 0.2 10.0.0.255 >/dev/null 2>&1; true")
    after = {cable["name"]: cable["ab"]["frames"] + cable["ba"]["frames"] for cable in place.status(lab)["cables"]}
    assert all(after[name] - before[name] < 50 for name in after), (before, after)  # no storm
    assert not any(place.device(lab, name)["storm"] for name in ("s1", "s2", "s3"))
    # The cable between the root and s1 is cut: the alternate way takes over.
    place.ctl("call", lab, "set(one, up=no)")
    wait_until(lambda: reaches(place, lab, "h1", "10.0.0.3"), 5, "the other way round")
    place.stop(lab)


def a_loop_without_it_saturates_and_ends(place):
    lab = place.run(place.write("loop.vbet", LOOP % ("no", "no", "no")))
    place.exec(lab, "h1", "sh", "-c", "ping -c 1 -W 1 10.0.0.99 >/dev/null 2>&1; true")  # one broadcast is enough
    frames = lambda: {cable["name"]: cable["ab"]["frames"] for cable in place.status(lab)["cables"]}  # noqa: E731
    first = frames()
    wait_until(lambda: frames()["one"] - first["one"] > 10000, 10, "the storm is seen in the counters")
    wait_until(lambda: place.device(lab, "s1")["storm"], 5, "the storm is told")
    assert set(place.rpc(lab, "lab.counters")["storms"]) == {"s1", "s2", "s3"}
    place.ctl("call", lab, "set(one, up=no)")  # and everything can still be steered
    wait_until(lambda: place.rpc(lab, "lab.counters")["storms"] == [], 5, "and its end")
    wait_until(lambda: reaches(place, lab, "h1", "10.0.0.3"), 10, "without the loop all is well")
    place.stop(lab)


def the_mirror_sees_all(place):
    lab = place.run(place.write("mirror.vbet", MIRROR))
    place.exec(lab, "spy", "ip", "link", "set", "eth0", "promisc", "on", "up")
    place.exec(lab, "spy", "sh", "-c", "tcpdump -l -i eth0 -n icmp >/tmp/seen 2>/dev/null &")

    def both_ways():
        assert reaches(place, lab, "h1", "10.0.0.2", 2)
        seen = place.exec(lab, "spy", "cat", "/tmp/seen").stdout
        return "echo request" in seen and "echo reply" in seen

    wait_until(both_ways, 20, "the spy saw both ways")
    place.stop(lab)


vbetlab.main(
    vlans_stay_apart,
    an_access_point_isolates,
    a_loop_with_spanning_tree,
    a_loop_without_it_saturates_and_ends,
    the_mirror_sees_all,
)
