# test-protocols.py - protocols between real guests: every lab of tests/labs, several at once, since they mostly wait.
import concurrent.futures
import os
import re

import vbetlab
from vbetlab import SOURCE

LABS = sorted((SOURCE / "tests" / "labs").glob("*.vbet"))


def every_protocol(place):
    failures = []
    with concurrent.futures.ThreadPoolExecutor(2 * (os.cpu_count() or 1)) as pool:
        running = {pool.submit(place.ctl, "test", "--timeout=280", path, check=False): path for path in LABS}
        for done in concurrent.futures.as_completed(running):
            result = done.result()
            passed = result.returncode == 0 and re.search(r"^ok ", result.stdout, re.M)
            print(f"{'ok' if passed else 'not ok'}: {running[done].stem}", flush=True)
            if not passed:
                failures.append(f"{running[done].name}:\n{result.stdout}{result.stderr}")
    assert not failures, "\n".join(failures)


vbetlab.main(every_protocol)
