# test-kill.py - SIGKILL of any one process of a running lab: what should live
# lives, what should die is gone within two seconds, and nothing stays behind.
import os
import sys

sys.path.insert(0, os.path.join(os.environ["VBET_TOP_SRCDIR"], "tests", "integration"))
import vbetlab  # noqa: E402
from vbetlab import Process, descendants, wait_until  # noqa: E402

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


vbetlab.main(a_guests_launcher, a_guests_init, a_guests_kernel, the_switch, the_engine, the_warden)
