# test-edits.py - edits of a running lab end as a start from the new text would: routes, carrier, MTU; and calls that
# failed half-way can be tried again.
import subprocess

import vbetlab
from vbetlab import SOURCE, VBETCTL, wait_until

ROUTER = "r1 = attach(alloc(router), alloc(NIC, ip=10.0.0.1/24))\n"
CABLE = "c = link(NIC(r1, 1), NIC(h1, 1))\n"
BARE = ROUTER + "h1 = attach(alloc(host), alloc(NIC))\n" + CABLE
WAY = ROUTER + "h1 = attach(alloc(host, gateway=10.0.0.1), alloc(NIC, ip=10.0.0.2/24))\n" + CABLE


def default_route(place, lab, node="h1"):
    return place.exec(lab, node, "ip", "route", "show", "default").stdout.strip()


def pings(place, lab, node="h1", address="10.0.0.1", *options):
    return place.exec(lab, node, "ping", "-c1", "-W2", *options, address, check=False).returncode == 0


def link(place, lab, node, nic="eth0"):
    return place.exec(lab, node, "ip", "link", "show", nic, check=False).stdout


def a_gateway_comes_with_its_address(place):
    lab = place.run(place.write("bare.vbet", BARE))
    place.ctl("apply", lab, place.write("way.vbet", WAY))
    assert default_route(place, lab) == "default via 10.0.0.1 dev eth0 proto static", default_route(place, lab)
    assert pings(place, lab)
    place.ctl("apply", lab, place.base / "bare.vbet")
    assert default_route(place, lab) == "", default_route(place, lab)
    place.stop(lab)


def a_gateway_outlives_its_address(place):
    lab = place.run(place.write("way.vbet", WAY))
    place.ctl("apply", lab, place.write("other.vbet", WAY.replace("10.0.0.2/24", "10.0.0.3/24")))
    assert default_route(place, lab) == "default via 10.0.0.1 dev eth0 proto static", default_route(place, lab)
    place.ctl("apply", lab, place.write("mac.vbet", WAY.replace("10.0.0.2/24", "10.0.0.3/24, mac=02:00:00:00:00:01")))
    assert default_route(place, lab) == "default via 10.0.0.1 dev eth0 proto static", default_route(place, lab)
    assert "02:00:00:00:00:01" in link(place, lab, "h1")
    wait_until(lambda: pings(place, lab), 10, "the new NIC works")
    place.stop(lab)


def a_gateway_goes_with_its_address(place):
    """Refused as it would be at a start, by IPv6, too, which by itself would keep the route."""
    text = WAY.replace("gateway=10.0.0.1", "gateway=fd00::1").replace("10.0.0.2/24", "fd00::2/64")
    lab = place.run(place.write("way.vbet", text))
    assert "fd00::1" in place.exec(lab, "h1", "ip", "-6", "route", "show", "default").stdout
    place.ctl("apply", lab, place.write("other.vbet", text.replace("fd00::2/64", "fd99::2/64")), check=False)
    assert [call["verb"] for call in failed(place, lab)] == ["set"], failed(place, lab)
    assert place.exec(lab, "h1", "ip", "-6", "route", "show", "default").stdout == ""
    place.stop(lab)


def another_mtu(place):
    large = WAY.replace("/24)", "/24, mtu=9000)")
    lab = place.run(place.write("way.vbet", WAY))
    place.ctl("apply", lab, place.write("large.vbet", large))
    for node in ("h1", "r1"):
        assert "mtu 9000" in link(place, lab, node), link(place, lab, node)
    wait_until(lambda: pings(place, lab, "h1", "10.0.0.1", "-M", "do", "-s", "8000"), 10, "large frames come through")
    assert "via 10.0.0.1" in default_route(place, lab)
    place.stop(lab)


def a_nic_is_replaced(place):
    """Again and again: what the number knew of one NIC is not the next one's, on neither side of the cable."""
    lab = place.run(place.write("way.vbet", WAY))
    for turn in range(3):
        for call in ("detach(NIC(r1, 1))", "attach(r1, alloc(NIC, ip=10.0.0.1/24))", "plug(c, NIC(r1, 1))"):
            place.ctl("call", lab, call)
        for node in ("h1", "r1"):
            wait_until(
                lambda: "LOWER_UP" in link(place, lab, node) and "NO-CARRIER" not in link(place, lab, node),
                5,
                f"carrier of {node} in turn {turn}: {link(place, lab, node)}",
            )
        wait_until(lambda: pings(place, lab), 10, f"the new NIC works in turn {turn}")
    place.stop(lab)


def failed(place, lab):
    return [call for call in place.rpc(lab, "lab.calls")["calls"] if call["state"] == "failed"]


def retry(place, lab, call):
    return place.rpc(lab, "call.retry", number=call["number"])["call"]


def calls_are_tried_again(place):
    """A paused guest takes no NIC; the switch has its port all the same."""
    more = WAY.replace("10.0.0.2/24)", "10.0.0.2/24), alloc(NIC, ip=10.0.9.2/24)")
    more = more.replace("10.0.0.1/24)", "10.0.0.1/24), alloc(NIC, ip=10.0.9.1/24)")
    lab = place.run(place.write("way.vbet", WAY))
    place.ctl("call", lab, "pause(h1)")
    place.ctl("apply", lab, place.write("more.vbet", more + "d = link(NIC(r1, 2), NIC(h1, 2))\n"), check=False)
    calls = failed(place, lab)
    assert [call["verb"] for call in calls] == ["attach"], calls
    paused = retry(place, lab, calls[0])
    assert paused["state"] == "failed", paused
    place.ctl("call", lab, "resume(h1)")
    done = retry(place, lab, paused)
    assert done["state"] == "done", done
    wait_until(lambda: pings(place, lab, "h1", "10.0.9.1"), 10, "the NIC that came late works")
    place.stop(lab)


def a_nic_that_stayed(place):
    """It could not be taken out, so another one in its place waits until it can."""
    lab = place.run(place.write("way.vbet", WAY))
    place.ctl("call", lab, "pause(h1)")
    text = WAY.replace("10.0.0.2/24", "10.0.0.3/24, mac=02:00:00:00:00:01")
    place.ctl("apply", lab, place.write("mac.vbet", text), check=False)
    place.ctl("call", lab, "resume(h1)")
    calls = failed(place, lab)
    assert [call["verb"] for call in calls] == ["detach", "attach", "set"], calls
    for call in calls:
        result = retry(place, lab, call)
        assert result["state"] == "done", result
    assert "02:00:00:00:00:01" in link(place, lab, "h1")
    assert "via 10.0.0.1" in default_route(place, lab)
    wait_until(lambda: pings(place, lab), 10, "the new NIC works")
    place.stop(lab)


def a_reboot_inside_keeps_edits(place):
    """Also where another NIC is in the place of the one from the start, with the address it got later."""
    more = WAY.replace('alloc(NIC, ip=10.0.0.2/24))\n', 'alloc(NIC, ip=10.0.0.3/24, mac=02:00:00:00:00:01))\n')
    last = more.replace("10.0.0.3/24", "10.0.0.4/24") + 'file(h1, "/root/new/folder/a", "one")\n'
    lab = place.run(place.write("way.vbet", WAY))
    for text in (more, last):
        place.ctl("apply", lab, place.write("edit.vbet", text))

    def boot():
        return place.exec(lab, "h1", "cat", "/proc/sys/kernel/random/boot_id", check=False).stdout

    before = boot()
    place.exec(lab, "h1", "reboot", check=False)
    wait_until(lambda: boot() not in ("", before), 30, "it has booted again")
    wait_until(lambda: "via 10.0.0.1" in default_route(place, lab), 10, "the default route")
    addresses = place.exec(lab, "h1", "ip", "-4", "address", "show", "eth0").stdout
    assert "10.0.0.4/24" in addresses and "10.0.0.2/" not in addresses, addresses
    assert "02:00:00:00:00:01" in link(place, lab, "h1")
    assert place.exec(lab, "h1", "cat", "/root/new/folder/a").stdout == "one"
    wait_until(lambda: pings(place, lab), 10, "the NIC works")
    wait_until(lambda: place.status(lab)["alarms"] == [], 5, f"no alarms: {place.status(lab)['alarms']}")
    place.stop(lab)


def a_nic_goes_with_its_guest(place):
    """The guest ends while the NIC is being taken out: it is out, and nothing of it is left for the next of its number."""
    more = ROUTER.replace("/24))", "/24), alloc(NIC, ip=10.0.9.1/24))")
    lab = place.run(place.write("more.vbet", more))
    place.exec(lab, "r1", "sh", "-c", r"""mkfifo /run/hold && printf '#!/bin/sh\nread x </run/hold' >/usr/lib/vbet/mended""")
    apply = subprocess.Popen([str(VBETCTL), "apply", lab, str(place.write("one.vbet", ROUTER))], env=place.environment,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    wait_until(lambda: place.exec(lab, "r1", "pidof", "mended", check=False).stdout, 10, "the NIC is being taken out")
    place.exec(lab, "r1", "poweroff", "-f", check=False)
    said = apply.communicate(timeout=30)[0]
    assert apply.returncode == 0 and failed(place, lab) == [], said
    wait_until(lambda: place.device(lab, "r1")["state"] == "off", 10, "it is off")
    place.ctl("call", lab, "start(r1)")
    place.remember(lab)
    place.ctl("apply", lab, place.write("large.vbet", more.replace("9.1/24", "9.1/24, mtu=9000")))
    assert "mtu 9000" in link(place, lab, "r1", "eth1"), link(place, lab, "r1", "eth1")
    place.stop(lab)


def a_dhcp_client_goes_with_its_nic(place):
    """Else it would ask, and set addresses, for the next NIC of that name."""
    text = "h1 = attach(alloc(host), alloc(NIC, dhcp=yes))\n"
    lab = place.run(place.write("dhcp.vbet", text))
    assert place.exec(lab, "h1", "pidof", "udhcpc", check=False).stdout
    place.ctl("apply", lab, place.write("mtu.vbet", text.replace("dhcp=yes", "mtu=1400")))
    assert "mtu 1400" in link(place, lab, "h1")
    assert place.exec(lab, "h1", "pidof", "udhcpc", check=False).stdout == ""
    place.stop(lab)


def an_address_beside_dhcp(place):
    """What the text writes stays while a lease comes and goes. The script is the source's, whatever image there is."""
    path = "/usr/lib/vbet/udhcpc"
    script = f'file(h1, "{path}", """{(SOURCE / "rootfs/files" / path[1:]).read_text()}""", mode=0755)\n'
    text = "gw = alloc(gateway)\nh1 = attach(alloc(host), alloc(NIC, ip=192.168.77.1/24, dhcp=yes))\nlink(gw, h1)\n"

    def addresses():
        found = place.exec(lab, "h1", "ip", "-4", "-o", "address", "show", "eth0", check=False).stdout
        return [line.split()[3] for line in found.splitlines()]

    lab = place.run(place.write("dhcp.vbet", text + script))
    wait_until(lambda: len(addresses()) == 2, 20, "a lease comes")
    assert sorted(addresses()) == ["10.0.2.15/24", "192.168.77.1/24"], addresses()
    place.ctl("apply", lab, place.write("other.vbet", text.replace("77.1/24", "77.2/24") + script))
    wait_until(lambda: sorted(addresses()) == ["10.0.2.15/24", "192.168.77.2/24"], 20, "another address, a new lease")
    place.ctl("apply", lab, place.write("no.vbet", text.replace(", dhcp=yes", "") + script))
    assert addresses() == ["192.168.77.1/24"], addresses()
    place.stop(lab)


def a_nic_without_a_cable(place):
    """One that never had any stands for a network, which a routing daemon advertises while there is carrier only; one
    whose cable was taken away has no carrier until it gets another."""
    more = ROUTER.replace("/24))", "/24), alloc(NIC, ip=10.0.9.1/24))")
    lab = place.run(place.write("bare.vbet", BARE))
    wait_until(lambda: "NO-CARRIER" not in link(place, lab, "r1"), 5, "carrier by the cable")
    place.ctl("apply", lab, place.write("more.vbet", more))
    wait_until(lambda: "NO-CARRIER" in link(place, lab, "r1"), 5, "no carrier without the cable")
    assert "LOWER_UP" in link(place, lab, "r1", "eth1"), link(place, lab, "r1", "eth1")
    carriers = [nic["carrier"] for nic in place.device(lab, "r1")["nics"]]
    assert carriers == [False, True], carriers
    place.ctl("apply", lab, place.base / "bare.vbet")
    wait_until(lambda: "NO-CARRIER" not in link(place, lab, "r1"), 5, "carrier comes with a cable")
    place.stop(lab)
    lab = place.run(place.base / "more.vbet")
    for nic in ("eth0", "eth1"):
        assert "LOWER_UP" in link(place, lab, "r1", nic), link(place, lab, "r1", nic)
    place.stop(lab)


def an_attach_without_a_port(place):
    """Nothing of the NIC is there, so it can be given up, and tried again."""
    more = ROUTER.replace("/24))", "/24), alloc(NIC, ip=10.0.9.1/24))")
    lab = place.run(place.write("one.vbet", ROUTER))
    (ports,) = (place.runtime / lab).glob("n*/p")
    (ports / "e2").mkdir()
    place.ctl("apply", lab, place.write("more.vbet", more), check=False)
    (call,) = failed(place, lab)
    assert call["verb"] == "attach" and str(ports / "e2") in call["error"], call
    assert retry(place, lab, call)["state"] == "failed"
    place.ctl("apply", lab, place.base / "one.vbet")
    (ports / "e2").rmdir()
    place.ctl("apply", lab, place.base / "more.vbet")
    assert "10.0.9.1" in place.exec(lab, "r1", "ip", "-4", "address", "show", "eth1").stdout
    place.stop(lab)


vbetlab.main(
    a_gateway_comes_with_its_address,
    a_gateway_outlives_its_address,
    a_gateway_goes_with_its_address,
    another_mtu,
    a_nic_is_replaced,
    calls_are_tried_again,
    a_nic_that_stayed,
    a_reboot_inside_keeps_edits,
    a_nic_goes_with_its_guest,
    a_dhcp_client_goes_with_its_nic,
    an_address_beside_dhcp,
    a_nic_without_a_cable,
    an_attach_without_a_port,
)
