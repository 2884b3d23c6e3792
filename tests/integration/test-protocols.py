# test-protocols.py - protocols between real guests: every lab of tests/labs, several at once, since they mostly wait.
import concurrent.futures
import os
import re

import vbetlab
from vbetlab import SOURCE

LABS = sorted((SOURCE / "tests" / "labs").glob("*.vbet"))
# Labs whose guests need what the stock kernel lacks, or has in modules that are loaded too late.
NEED_LAB_KERNEL = {
    "lacp": "bonds made while the module is loaded by name hide its own bond0",
}


def has_stock_kernel(place):
    """Whether guests boot the distribution's kernel: that one has modules in the image."""
    lab = place.run(place.write("kernel.vbet", "h1 = alloc(host)\n"))
    result = place.exec(lab, "h1", "sh", "-c", "test -d /lib/modules/$(uname -r)/kernel", check=False)
    place.stop(lab)
    return result.returncode == 0


def every_protocol(place):
    labs = LABS
    if has_stock_kernel(place):
        labs = [path for path in LABS if path.stem not in NEED_LAB_KERNEL]
        for name, why in sorted(NEED_LAB_KERNEL.items()):
            print(f"left out with the stock kernel: {name}: {why}", flush=True)
    failures = []
    with concurrent.futures.ThreadPoolExecutor(2 * (os.cpu_count() or 1)) as pool:
        running = {pool.submit(place.ctl, "test", "--timeout=280", path, check=False): path for path in labs}
        for done in concurrent.futures.as_completed(running):
            result = done.result()
            passed = result.returncode == 0 and re.search(r"^ok ", result.stdout, re.M)
            print(f"{'ok' if passed else 'not ok'}: {running[done].stem}", flush=True)
            if not passed:
                failures.append(f"{running[done].name}:\n{result.stdout}{result.stderr}")
    assert not failures, "\n".join(failures)


vbetlab.main(every_protocol)
