# test-kill.py - SIGKILL of any one process of a running lab: what should live
# lives, what should die is gone within two seconds, and nothing stays behind.
import ctypes
import os
import pathlib
import pwd
import random
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.environ["VBET_TOP_SRCDIR"], "tests", "integration"))
import vbetlab  # noqa: E402
from vbetlab import Process, descendants, wait_until  # noqa: E402

PR_SET_CHILD_SUBREAPER = 36  # prctl.h
PAIR = """
h1 = attach(alloc(host), alloc(NIC, ip=10.0.0.1/24))
h2 = attach(alloc(host), alloc(NIC, ip=10.0.0.2/24))
h3 = attach(alloc(host), alloc(NIC, ip=10.0.0.3/24))
s = alloc(switch)
link(s, h1, h2, h3)
"""


def start(place):
    lab = place.run(place.write("three.vbet", PAIR))
    return lab, place.remember(lab)


def others_talk(place, lab):
    place.exec(lab, "h2", "ping", "-c", "3", "-i", "0.2", "-W", "2", "10.0.0.3")


def guest_processes(place, lab, node):
    return descendants(place.device(lab, node)["pid"])


def assert_gone(processes):
    wait_until(lambda: not [process for process in processes if process.alive()], 2, f"{processes} are gone")


def kill_one_of_guest(place, choose):
    lab, _ = start(place)
    place.exec(lab, "h1", "sh", "-c", "sleep 1000 & yes >/dev/null &")
    mine = guest_processes(place, lab, "h1")
    victim = choose(mine)
    victim.kill()
    assert_gone(mine)
    wait_until(lambda: place.device(lab, "h1")["state"] == "failed", 2, "h1 is shown as failed")
    assert place.device(lab, "h1").get("error"), place.device(lab, "h1")
    others_talk(place, lab)
    place.ctl("call", lab, "start(h1)")
    place.remember(lab)
    place.exec(lab, "h2", "ping", "-c", "3", "-i", "0.2", "-W", "2", "10.0.0.1")
    place.stop(lab)


def a_guests_launcher(place):
    kill_one_of_guest(place, lambda processes: min(processes, key=lambda process: int(process.start)))


def a_guests_init(place):
    def init(processes):
        launcher = min(processes, key=lambda process: int(process.start))
        return next(process for process in processes if process.parent == launcher.pid)

    kill_one_of_guest(place, init)


def a_guests_kernel(place):
    def kernel(processes):
        launcher = min(processes, key=lambda process: int(process.start))
        init = next(process for process in processes if process.parent == launcher.pid)
        return next(process for process in processes if process.parent == init.pid)

    kill_one_of_guest(place, kernel)


def the_switch(place):
    lab, _ = start(place)
    before = {node: place.device(lab, node)["pid"] for node in ("h1", "h2", "h3")}
    for round_number in range(3):
        victim = Process(place.status(lab)["switch"]["pid"])
        victim.kill()
        wait_until(
            lambda: place.status(lab)["switch"]["pid"] not in (0, victim.pid), 2, "the switch is started again"
        )
        place.remember(lab)
        others_talk(place, lab)
        place.exec(lab, "h1", "ping", "-c", "2", "-i", "0.2", "-W", "2", "10.0.0.2")
    assert place.status(lab)["switch"]["restarts"] >= 3
    assert before == {node: place.device(lab, node)["pid"] for node in ("h1", "h2", "h3")}
    place.stop(lab)


# Everything a switch can be asked for: VLANs on a trunk, a tree with a spare way, cables that are not perfect, a gateway.
RICH = """
s1 = attach(alloc(switch, stp=yes), alloc(NIC, vlan=10), alloc(NIC, trunk=[10, 20]), alloc(NIC, trunk=[10, 20]), alloc(NIC, vlan=20))
s2 = attach(alloc(switch, stp=yes), alloc(NIC, vlan=10), alloc(NIC, trunk=[10, 20]), alloc(NIC, trunk=[10, 20]))
h1 = attach(alloc(host), alloc(NIC, ip=10.0.0.1/24), alloc(NIC, ip=10.1.0.15/24))
h2 = attach(alloc(host), alloc(NIC, ip=10.0.0.2/24))
h3 = attach(alloc(host), alloc(NIC, ip=10.0.0.3/24))
net = attach(alloc(gateway, network=10.1.0.0/24), alloc(NIC))
near = link(NIC(s1, 1), NIC(h1, 1), delay=2ms, jitter=1ms, rate=200Mbit)
far = link(NIC(s2, 1), h2, loss=0.01%)
one = link(NIC(s1, 2), NIC(s2, 2))
two = link(NIC(s1, 3), NIC(s2, 3))
away = link(NIC(s1, 4), h3)
out = link(NIC(h1, 2), net)
"""


def shape(place, lab):
    """What must be the same afterwards: counters and times are not."""
    status = place.status(lab)
    devices = [(device["name"], device["state"], device.get("pid") if device["kind"] != "gateway" else 0,
                [(nic["index"], nic["cable"], nic["connected"], nic["carrier"]) for nic in device["nics"]])
               for device in status["devices"]]
    return devices, [(cable["name"], cable["up"], cable["ends"]) for cable in status["cables"]]


def the_switch_under_load(place):
    """Ten times, at any moment: TCP over an imperfect cable goes on, and all is as it was within two seconds."""
    lab = place.run(place.write("rich.vbet", RICH))
    place.remember(lab)
    wait_until(lambda: place.exec(lab, "h1", "ping", "-c1", "-W1", "10.0.0.2", check=False).returncode == 0, 20,
               "the tree has formed")
    before = shape(place, lab)
    place.exec(lab, "h2", "sh", "-c", "iperf3 -s -D >/dev/null 2>&1")
    place.exec(lab, "h1", "sh", "-c", "iperf3 -c 10.0.0.2 -t 300 --logfile /tmp/iperf >/dev/null 2>&1 &")
    capture = subprocess.Popen([str(vbetlab.VBETCTL), "capture", "-w", str(place.base / "near.pcapng"), lab, "near"],
                               env=place.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    passed = lambda: place.exec(lab, "h2", "cat", "/sys/class/net/eth0/statistics/rx_bytes").stdout  # noqa: E731
    try:
        for round_number in range(10):
            first = int(passed())
            wait_until(lambda: int(passed()) > first + 100000, 20, "data flow before it")
            time.sleep(random.random() / 2)  # any moment
            victim = Process(place.status(lab)["switch"]["pid"])
            began = time.monotonic()
            victim.kill()
            wait_until(lambda: place.status(lab)["switch"]["pid"] not in (0, victim.pid), 2, "started again")
            wait_until(lambda: shape(place, lab) == before, 2, "all is as it was")
            took = time.monotonic() - began
            assert took < 2, took
            place.remember(lab)
            first = int(passed())
            wait_until(lambda: int(passed()) > first + 100000, 20, "TCP goes on")
            print(f"  {round_number}: {took:.2f} s", flush=True)
            time.sleep(1.5)  # five deaths within ten seconds are given up, as they should be
        assert capture.poll() is None, "the capture ended"
        assert not place.exec(lab, "h3", "ping", "-c1", "-W1", "10.0.0.2", check=False).stdout.count("1 received")
        place.exec(lab, "h1", "ping", "-c1", "-W2", "10.1.0.2")
        assert "error" not in place.exec(lab, "h1", "cat", "/tmp/iperf").stdout
    finally:
        capture.send_signal(signal.SIGINT)
        capture.wait(20)
    assert (place.base / "near.pcapng").stat().st_size > 100000
    place.stop(lab)


def the_switch_during_boots(place):
    """Guests that boot while it dies have all their NICs, and those work."""
    names = [f"b{number}" for number in range(4)]
    text = "s = alloc(switch)\n" + "".join(
        f"{name} = attach(alloc(host), alloc(NIC, ip=10.0.0.{10 + number}/24), {', '.join(['alloc(NIC)'] * 5)})\n"
        f"link(s, NIC({name}, 1))\n"
        for number, name in enumerate(names)
    )
    lab = place.run(place.write("boots.vbet", text))
    place.remember(lab)
    # Folders are interfaces; bonding_masters is a file of the bonding driver.
    nics = lambda name: place.exec(lab, name, "sh", "-c", "cd /sys/class/net && ls -d */ | tr -d /",  # noqa: E731
                                   check=False).stdout.split()
    for round_number in range(6):
        place.ctl("call", lab, " ".join(f"stop({name})" for name in names))
        starter = threading.Thread(
            target=lambda: place.ctl("call", lab, " ".join(f"start({name})" for name in names), check=False)
        )
        starter.start()
        for _ in range(3):
            time.sleep(random.random() / 5)  # somewhere in the boots, most of whose talk is early
            pid = place.status(lab)["switch"]["pid"]
            if pid:
                Process(pid).kill()
        starter.join()
        place.remember(lab)
        for name in names:
            wait_until(lambda: len(set(nics(name)) - {"lo"}) == 6, 30, f"{name} has its NICs: {nics(name)}")
            wait_until(lambda: place.exec(lab, name, "ping", "-c1", "-W1", "10.0.0.10", check=False).returncode == 0,
                       20, f"{name} reaches b0 in round {round_number}")
        print(f"  {round_number}: {place.status(lab)['switch']['restarts']} restarts so far", flush=True)
        time.sleep(8)  # deaths are counted over ten seconds
    place.stop(lab)


def the_engine(place):
    lab, processes = start(place)
    engine = Process(place.status(lab)["pid"])
    engine.kill()
    assert_gone(processes)
    place.assert_clean(2)
    # The lab can be started again at once.
    lab = place.run(place.base / "three.vbet")
    others_talk(place, lab)
    place.stop(lab)


def engine_and_warden(place):
    """Nobody is left to clean up: the next lab does, whatever its name, and until then doctor shows what is there."""
    lab, everyone = start(place)
    engine = Process(place.status(lab)["pid"])
    # Deeper than a path can be long: what a guest may have made of its folder.
    deep = os.open(place.runtime / lab, os.O_RDONLY)
    nobody = pwd.getpwnam("nobody")
    for _ in range(3000):
        os.mkdir("d", dir_fd=deep)
        below = os.open("d", os.O_RDONLY, dir_fd=deep)
        if os.getuid() == 0:
            os.fchown(below, nobody.pw_uid, nobody.pw_gid)
        os.close(deep)
        deep = below
    os.close(deep)
    # Stopped, it does not see that the engine is gone before it is killed itself.
    wardens = [process for process in everyone if process.name == "vbet-warden"]
    for warden in wardens:
        os.kill(warden.pid, signal.SIGSTOP)
    engine.kill()
    for warden in wardens:
        warden.kill()
    assert_gone(everyone)
    assert place.labs() == [lab] and (place.state / "scratch" / lab).exists()
    shown = place.ctl("doctor", check=False).stdout
    assert str(place.runtime / lab) in shown and str(place.state / "scratch" / lab) in shown, shown
    assert place.ctl("ps", "--ids").stdout == ""
    other = place.run(place.write("other.vbet", "h1 = attach(alloc(host), alloc(NIC))\n"))
    wait_until(lambda: os.listdir(place.runtime) == [other], 30, "the run-time folder is collected")
    wait_until(lambda: os.listdir(place.state / "scratch") == [other], 30, "the scratch folder is collected")
    assert str(place.base) + "/r/" not in place.ctl("doctor", check=False).stdout
    again, _ = start(place)
    assert again == lab
    place.stop(again)
    place.stop(other)


def the_warden(place):
    lab, processes = start(place)
    wardens = [process for process in processes if process.name == "vbet-warden"]
    assert len(wardens) == 1, processes
    wardens[0].kill()

    def another():
        found = [process for process in place.remember(lab) if process.name == "vbet-warden"]
        return found and found[0].pid != wardens[0].pid

    wait_until(another, 2, "another warden")
    others_talk(place, lab)
    Process(place.status(lab)["pid"]).kill()
    place.assert_clean(2)


def everything_is_confined(place):
    """Each process that the engine starts has its list of system calls, but for guests' kernels, whose own is another test."""
    lab, _ = start(place)
    ours = [process for process in place.remember(lab) if process.name.startswith("vbet-")]
    names = {process.name for process in ours}
    assert names == {"vbet-warden", "vbet-switch", "vbet-guest", "vbet-guest-init"}, names

    def confined(process):
        return "\nSeccomp:\t2\n" in pathlib.Path(f"/proc/{process.pid}/status").read_text()

    if any(confined(process) for process in ours if process.name == "vbet-switch"):  # not with sanitizers
        assert all(confined(process) for process in ours), [process for process in ours if not confined(process)]
    place.stop(lab)


def nobody_waits_for_the_engine(place):
    """As in a container without an init: what has ended stays in the list of processes for ever."""
    libc = ctypes.CDLL(None)
    assert libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
    lab, _ = start(place)
    pid = place.status(lab)["pid"]
    assert Process(pid).parent == os.getpid()
    place.stop(lab)  # fails when it takes the engine for one that does not end
    # Its first thread is shown as ended a moment before the others are, and waitpid(2) waits for all.
    wait_until(lambda: os.waitpid(pid, os.WNOHANG)[0] == pid, 2, "the engine has ended")
    libc.prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


vbetlab.main(
    everything_is_confined,
    a_guests_launcher,
    a_guests_init,
    a_guests_kernel,
    the_switch,
    the_switch_under_load,
    the_switch_during_boots,
    the_engine,
    the_warden,
    engine_and_warden,
    nobody_waits_for_the_engine,
)
