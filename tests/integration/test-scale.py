#!/usr/bin/env python3
# test-scale.py - labs that are large for a small machine: all of it comes up, and nothing is left of it.
# How long that takes is bench-scale.py's business.
import json
import os
import subprocess

import vbetlab

HOSTS = 40
COLUMNS, ROWS = 4, 3
CONVERGED_SECONDS = 240


def start(place, shape, size):
    path = place.base / f"{shape}.vbet"
    place.ctl("new", shape, size, "-o", path)
    lab = place.run(path)
    status = place.status(lab)
    late = [device["name"] for device in status["devices"] if device["state"] != "ready"]
    assert not late, f"not ready: {late}"
    return lab, [device["name"] for device in status["devices"] if device["kind"] in ("host", "router")]


def ping(place, lab, source, target):
    return place.exec(lab, source, "ping", "-c", "1", "-w", "20", target, check=False)


def star(place):
    """Forty hosts at one switch reach one of them, by its name."""
    lab, hosts = start(place, "star", str(HOSTS))
    assert len(hosts) == HOSTS, hosts
    for source in hosts[1:]:
        result = ping(place, lab, source, hosts[0])
        assert result.returncode == 0, f"{source}: {result.stdout}{result.stderr}"
    place.stop(lab)


def boots_in_turns(place):
    """No more guests boot at once than keep the processors busy, and the lab can be stopped meanwhile."""
    path = place.base / "wide.vbet"
    place.ctl("new", "star", str(HOSTS), "-o", path)
    limit = 8 * len(os.sched_getaffinity(0))
    command = [str(vbetlab.VBETCTL), "run", "--detach", "--quiet", str(path)]
    with subprocess.Popen(command, env=place.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        vbetlab.wait_until(lambda: place.ctl("status", "wide", check=False).returncode == 0, 30, "the lab is there")
        most = 0

        def some_are_ready():
            nonlocal most
            states = [device["state"] for device in place.status("wide")["devices"] if device["kind"] == "host"]
            most = max(most, states.count("booting"))
            return states.count("ready") >= 3

        vbetlab.wait_until(some_are_ready, 60, "three hosts are ready")
        assert 0 < most <= limit, f"{most} boot at once, not 1 to {limit}"
        place.stop("wide")
        run.wait(timeout=30)


def routes(place, lab, router):
    rows = [line.split() for line in place.exec(lab, router, "cat", "/proc/net/route").stdout.splitlines()[1:]]
    return len({(row[1], row[7]) for row in rows})


def grid(place):
    """Routers in a grid find all networks by OSPF, and are adjacent to each neighbour."""
    lab, routers = start(place, "grid", f"{COLUMNS}x{ROWS}")
    cables = COLUMNS * (ROWS - 1) + ROWS * (COLUMNS - 1)
    for router in reversed(routers):
        vbetlab.wait_until(
            lambda router=router: routes(place, lab, router) == cables, CONVERGED_SECONDS, f"{router} knows {cables} networks"
        )
    full = 0
    for router in routers:
        said = json.loads(place.exec(lab, router, "vtysh", "-c", "show ip ospf neighbor json").stdout)
        neighbours = [entry for entries in said["neighbors"].values() for entry in entries]
        full += sum("Full" in json.dumps(entry) for entry in neighbours)
    assert full == 2 * cables, f"{full} of {2 * cables} ends are fully adjacent"
    result = ping(place, lab, routers[0], routers[-1])
    assert result.returncode == 0, result.stdout
    place.stop(lab)


def slow_routing(place):
    """A routing daemon that takes long is waited for; one that ends at once is not."""
    path = place.write("slow.vbet", "r1 = attach(alloc(router, services=[ospf]), alloc(NIC, ip=10.0.0.1/24))\n")
    lab = place.run(path)
    script = """
      set -e
      cd /usr/lib/frr
      vbet-routing stop
      mv zebra zebra.real
      printf '#!/bin/sh\\nsleep 11\\nexec /usr/lib/frr/zebra.real "$@"\\n' > zebra
      chmod +x zebra
      vbet-routing start
      vtysh -c 'show ip ospf' | grep -q 'Routing Process'
      vbet-routing stop
      mv zebra.real zebra
      mv ospfd ospfd.real
      printf '#!/bin/sh\\nexit 3\\n' > ospfd
      chmod +x ospfd
      ! vbet-routing start
    """
    result = place.exec(lab, "r1", "sh", "-c", script, check=False)
    assert result.returncode == 0, f"{result.stdout}{result.stderr}"
    assert "ospfd.vty: did not appear" in result.stdout + result.stderr, result.stderr
    place.stop(lab)


vbetlab.main(star, boots_in_turns, slow_routing, grid)
