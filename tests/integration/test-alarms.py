# test-alarms.py - what goes wrong in real guests' boots is told by the engine, and no longer once it is mended.
import json

import vbetlab
from vbetlab import wait_until

WRONG = """
h1 = attach(alloc(host, boot={boot}), alloc(NIC, ip=[10.0.0.1/24, 2001:db8::1/64], mtu=1000))
h2 = attach(alloc(host, gateway=10.9.9.9, boot="sysctl -w net.nothing=1"), alloc(NIC, ip=10.0.0.2/24))
r1 = attach(alloc(router, routing=\"""
router ospf
 network 10.0.0.0/24 area 0
 gibberish here
\"""), alloc(NIC, ip=10.0.0.3/24))
f1 = attach(alloc(firewall, rules="table inet f {{ chain x {{ nonsense; }}; }}"), alloc(NIC, ip=10.0.0.4/24))
fine = attach(alloc(host, boot="echo all is well"), alloc(NIC, ip=10.0.0.5/24))
s = alloc(switch)
link(s, h1, h2, r1, f1, fine)
"""
# Said on the console while and after it runs; in the background something goes on.
SCRIPT = '"(sleep 2; echo from behind; exec sleep 600) & echo on the way; ls /nowhere"'


def alarms(place, lab, device=None):
    """(device, kind, text) of each."""
    found = [(alarm["device"], alarm["kind"], alarm["text"]) for alarm in place.status(lab)["alarms"]]
    return [alarm for alarm in found if device in (None, alarm[0])]


def has(found, device, kind, *parts):
    return any(one[:2] == (device, kind) and all(part in one[2] for part in parts) for one in found)


def console(place, lab, device):
    return place.ctl("console", lab, device, input="").stdout


def a_boot_that_goes_wrong(place):
    wrong = WRONG.format(boot=SCRIPT)
    result = place.ctl("run", "--detach", "--quiet", place.write("wrong.vbet", wrong))
    lab = result.stdout.strip()
    place.remember(lab)
    # All of the boot is known when the guests are ready, and running such a lab is no failure.
    found = alarms(place, lab)
    assert has(found, "h1", "boot-script", "exit status 1", "/nowhere"), found
    assert has(found, "h1", "address", "eth0", "2001:db8::1/64"), found
    assert has(found, "h2", "route", "10.9.9.9"), found
    assert has(found, "h2", "boot-script", "net/nothing"), found
    assert has(found, "r1", "routing", "no daemon takes this line: gibberish here"), found
    assert has(found, "f1", "rules", "nftables.conf"), found
    assert has(found, "f1", "rules", "forwards nothing"), found
    assert not alarms(place, lab, "fine"), found
    assert all(alarm["remedy"] and alarm["since"] > 0 for alarm in place.status(lab)["alarms"])
    for device, _, text in found:
        assert f"vbetctl: {device}: {text}. " in result.stderr, (text, result.stderr)
    shown = place.ctl("status", lab).stdout
    assert f"{len(found)} problems:" in shown and "h2: default route via 10.9.9.9" in shown, shown
    # The console shows what it showed before, and what is left behind goes on to show.
    text = console(place, lab, "h1")
    assert text.index("on the way") < text.index("/nowhere") < text.index("vbet: boot script: exit status 1"), text
    wait_until(lambda: "from behind" in console(place, lab, "h1"), 20, "the program in the background is seen")
    assert "vbet: routing: no daemon takes this line" in console(place, lab, "r1")
    # A live change mends what it is about, and nothing else.
    mended = wrong.replace("10.9.9.9", "10.0.0.3").replace(" gibberish here", "").replace(" nonsense;", "")
    place.ctl("apply", lab, place.write("mended.vbet", mended))
    place.remember(lab)
    wait_until(lambda: {one[0] for one in alarms(place, lab)} == {"h1", "h2"}, 10, "three are mended")
    found = alarms(place, lab, "h2")
    assert [one[1] for one in found] == ["boot-script"], found
    # Off is well, and another boot says its own.
    place.ctl("call", lab, "stop(h2)")
    assert not alarms(place, lab, "h2")
    place.ctl("call", lab, "start(h2)")
    place.remember(lab)
    assert alarms(place, lab, "h2") == found
    place.exec(lab, "h1", "sh", "-c", "kill -9 $(pidof vbet-agent)", check=False)
    wait_until(lambda: place.exec(lab, "h1", "true", check=False).returncode == 0, 20, "the agent is back")
    assert has(alarms(place, lab), "h1", "boot-script", "/nowhere")
    assert len(alarms(place, lab, "h1")) == 2, alarms(place, lab, "h1")
    place.stop(lab)


def addresses_that_do_not_come(place):
    client = 'h = attach(alloc(host), alloc(NIC, dhcp=yes))\n'
    server = ('d = attach(alloc(host, services=[dhcp-server]), alloc(NIC, ip=10.0.0.1/24))\nlink(h, d)\n')
    lab = place.run(place.write("asking.vbet", client))
    wait_until(lambda: has(alarms(place, lab), "h", "dhcp", "no DHCP server"), 60, "nobody answers")
    place.ctl("apply", lab, place.write("asking.vbet", client + server))
    place.remember(lab)
    wait_until(lambda: not alarms(place, lab), 60, "somebody answers")
    place.stop(lab)


def an_address_that_is_refused_later(place):
    text = "h = attach(alloc(host), alloc(NIC, ip=10.0.0.1/24, mtu=1000))\n"
    lab = place.run(place.write("later.vbet", text))
    later = place.write("later.vbet", text.replace("10.0.0.1/24", "[10.0.0.1/24, 2001:db8::1/64]"))
    result = place.ctl("apply", lab, later, check=False)
    assert result.returncode == 1 and "2001:db8::1/64" in result.stderr, result.stderr
    # A NIC that is plugged in is there, whatever is wrong with it.
    plugged = text + "attach(h, alloc(NIC, ip=2001:db8::2/64, mtu=1000))\n"
    place.ctl("apply", lab, place.write("later.vbet", plugged))
    found = alarms(place, lab)
    assert has(found, "h", "address", "eth1", "2001:db8::2/64") and len(found) == 1, found
    place.ctl("apply", lab, place.write("later.vbet", text))
    wait_until(lambda: not alarms(place, lab), 10, "with the NIC goes what was wrong with it")
    place.stop(lab)


def a_guest_that_floods(place):
    """A hostile guest: what it raises is bounded, and its texts do nothing to a terminal."""
    lab = place.run(place.write("flood.vbet", "h = attach(alloc(host), alloc(NIC))\n"))
    place.exec(lab, "h", "sh", "-c", r"""cd /run/vbet/alarms
        for i in $(seq 300); do printf 'odd \033]0;title\007 %04000d\n' $i >k$i; done""")
    wait_until(lambda: has(alarms(place, lab), "h", "more", "more"), 30, "there are too many")
    found = place.status(lab)["alarms"]
    assert len(found) == 65, len(found)
    assert all(len(alarm["text"]) <= 400 and alarm["text"].isprintable() for alarm in found), found[0]
    assert len(json.dumps(found)) < 65 * 700
    place.exec(lab, "h", "sh", "-c", "rm -f /run/vbet/alarms/*")
    wait_until(lambda: not has(alarms(place, lab), "h", "odd"), 30, "they are cleared")
    place.stop(lab)


def a_call_that_fails(place):
    lab = place.run(place.write("calls.vbet", "h1 = attach(alloc(host), alloc(NIC, ip=10.0.0.1/24))\n"))
    place.exec(lab, "h1", "touch", "/root/in-the-way")
    result = place.ctl("call", lab, 'file(h1, "/root/in-the-way/file", "text")', check=False)
    assert result.returncode == 1 and "failed" in result.stderr, result
    (alarm,) = place.status(lab)["alarms"]
    assert (alarm["device"], alarm["kind"]) == ("h1", "call") and "/root/in-the-way/file" in alarm["text"], alarm
    # What a person copies, and what a program calls.
    assert alarm["command"] == f"vbetctl call --again {lab} {alarm['params']['number']}", alarm
    assert alarm["command"] in place.ctl("status", lab).stdout
    again = place.rpc(lab, alarm["method"], **alarm["params"])
    assert again["call"]["state"] == "failed", again
    (still,) = place.status(lab)["alarms"]
    assert still["params"]["number"] > alarm["params"]["number"] and still["since"] == alarm["since"], still
    place.exec(lab, "h1", "rm", "/root/in-the-way")
    place.ctl(*still["command"].split()[1:])
    assert place.exec(lab, "h1", "cat", "/root/in-the-way/file").stdout.strip() == "text"
    assert place.status(lab)["alarms"] == []
    place.stop(lab)


vbetlab.main(a_boot_that_goes_wrong, a_call_that_fails, addresses_that_do_not_come, an_address_that_is_refused_later, a_guest_that_floods)
