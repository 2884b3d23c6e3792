# test-labs.py - the shipped labs and the original programs, on real guests.
import json
import re

import vbetlab
from vbetlab import SOURCE


def shipped_labs_pass(place):
    labs = sorted((SOURCE / "data" / "labs").glob("*.vbet"))
    assert len(labs) >= 23, labs
    failures = vbetlab.test_side_by_side(place, labs)
    assert not failures, "\n".join(failures)


def results_are_reported(place):
    junit = place.base / "junit.xml"
    result = place.ctl("test", "--junit", junit, SOURCE / "data" / "labs" / "star.vbet", check=False, timeout=300)
    assert result.returncode == 0, result.stdout + result.stderr
    assert re.search(r"^ok ", result.stdout, re.M) and not re.search(r"^not ok ", result.stdout, re.M), result.stdout
    assert "<testsuite" in junit.read_text()


def seed_files_check(place):
    seed = SOURCE / "tests" / "seed"
    star = place.ctl("check", seed / "star.vbet")
    findings = [line for line in star.stdout.splitlines() + star.stderr.splitlines() if "[W" in line or "[E" in line]
    assert len(findings) == 1 and ": warning:" in findings[0] and "')'" in findings[0], findings
    for name in ("ospf", "firewall"):
        result = place.ctl("check", seed / f"{name}.vbet")
        assert "[" not in result.stdout + result.stderr, result.stdout + result.stderr


def seed_files_show(place):
    seed = SOURCE / "tests" / "seed"
    star = json.loads(place.ctl("show", "--json", seed / "star.vbet").stdout)
    assert len(star["devices"]) == 4 and len(star["cables"]) == 3, star
    ospf = json.loads(place.ctl("show", "--json", seed / "ospf.vbet").stdout)
    assert [device["kind"] for device in ospf["devices"]] == ["router"] * 3 and len(ospf["cables"]) == 2
    ends = [[(end["device"], end["nic"]) for end in cable["ends"]] for cable in ospf["cables"]]
    assert sorted(ends[0]) == [("r1", 2), ("r2", 1)], ends
    assert sorted(ends[1]) == [("r2", 2), ("r3", 1)], ends
    firewall = json.loads(place.ctl("show", "--json", seed / "firewall.vbet").stdout)
    kinds = sorted(device["kind"] for device in firewall["devices"])
    assert kinds == ["firewall"] * 5 + ["host", "switch"], kinds
    switch = next(device for device in firewall["devices"] if device["kind"] == "switch")
    assert len(switch["nics"]) == 6, switch


def the_star_as_written_runs(place):
    lab = place.run(SOURCE / "tests" / "seed" / "star.vbet")
    status = place.status(lab)
    assert all(device["state"] == "ready" for device in status["devices"]), status
    assert place.exec(lab, "host2", "hostname").stdout.strip() == "host2"
    place.stop(lab)


vbetlab.main(seed_files_check, seed_files_show, the_star_as_written_runs, results_are_reported, shipped_labs_pass)
