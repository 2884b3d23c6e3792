# test-protocols.py - protocols between real guests: every lab of tests/labs, several at once, since they mostly wait.
import concurrent.futures
import os
import re

import vbetlab
from vbetlab import SOURCE

LABS = sorted((SOURCE / "tests" / "labs").glob("*.vbet"))
DAEMONS = {"pim6": "pim6d"}  # that the FRR of an older Debian does not have


def lacks(place, daemon):
    """Whether the image's FRR is without @daemon: a router says so."""
    path = place.write("lacks.vbet", 'r = attach(alloc(router), alloc(NIC))\n')
    lab = place.run(path)
    lacking = place.exec(lab, "r", "test", "-x", f"/usr/lib/frr/{daemon}", check=False).returncode != 0
    place.stop(lab)
    return lacking


def every_protocol(place):
    failures = []
    left_out = [lab for lab in LABS if lab.stem in DAEMONS and lacks(place, DAEMONS[lab.stem])]
    for lab in left_out:
        print(f"left out: {lab.stem} (the image's FRR has no {DAEMONS[lab.stem]})")
    with concurrent.futures.ThreadPoolExecutor(2 * (os.cpu_count() or 1)) as pool:
        running = {pool.submit(place.ctl, "test", "--timeout=280", path, check=False): path for path in LABS if path not in left_out}
        for done in concurrent.futures.as_completed(running):
            result = done.result()
            passed = result.returncode == 0 and re.search(r"^ok ", result.stdout, re.M)
            print(f"{'ok' if passed else 'not ok'}: {running[done].stem}", flush=True)
            if not passed:
                failures.append(f"{running[done].name}:\n{result.stdout}{result.stderr}")
    assert not failures, "\n".join(failures)


vbetlab.main(every_protocol)
