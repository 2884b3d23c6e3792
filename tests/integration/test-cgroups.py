# test-cgroups.py - control groups do what the engine and the launcher want of them.
#
# Hosts of tests often delegate none. A guest with Debian's stock user-mode kernel has all of their controllers: there the
# same code runs, as an ordinary user in a folder that was given to it, with a program in the place of a guest's kernel.
import re
import shutil
import subprocess

import vbetlab
from vbetlab import BUILD

LAB = 'h = alloc(host, kernel="stock", mem=1200M, share="parts")\n'
PARTS = ("tests/integration/cgroup-probe", "bin/vbet-guest")
SETUP = """
set -e
mkdir -p /tmp/groups
mount -t cgroup2 none /tmp/groups
echo "+memory +pids +cpu" >/tmp/groups/cgroup.subtree_control
export LD_LIBRARY_PATH=/host/libraries
/host/cgroup-probe delegate /tmp/groups/given 65534
"""
# As the engine is: alone in the folder, an ordinary user.
RUN = """
export LD_LIBRARY_PATH=/host/libraries
echo $$ >/tmp/groups/given/cgroup.procs || exit 1
exec /host/cgroup-probe as 65534 take /tmp/groups/given /host/vbet-guest
"""


def libraries(program):
    """Those that an image may lack; the C library and its loader are the image's own."""
    text = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    found = re.findall(r"=> (/\S+)", text)
    return [path for path in found if not re.search(r"/(libc|libm|ld-linux\S*)\.so\.", path)]


def collect(folder):
    (folder / "libraries").mkdir(parents=True)
    for part in PARTS:
        shutil.copy(BUILD / part, folder)
        for path in libraries(BUILD / part):
            shutil.copy(path, folder / "libraries")


def groups_limit_guests(place):
    top = place.base / "lab"
    collect(top / "parts")
    top.chmod(0o755)
    (top / "cgroups.vbet").write_text(LAB)
    lab = place.run(top / "cgroups.vbet")
    place.exec(lab, "h", "sh", "-c", SETUP)
    output = place.exec(lab, "h", "sh", "-c", RUN).stdout
    place.stop(lab)
    boots = dict(re.findall(r"^--- (\S+ --\S+)\n(.*?)(?=^---)", output, re.M | re.S))
    assert len(boots) == 4, output
    forks, hog, free, free_forks = boots.values()
    # The engine's part: it goes into a group of its own, which is served first.
    assert re.match(r"own: \S+/given, delegated: 1\nleaf: vbet-lab.engine, controllers: 7\ncpu.weight: 1000\n", output), output
    # 16 MiB: 128 programs and 64 helpers; the launcher and its init are counted, too.
    assert re.search(r"^pids.max: 200$", forks, re.M) and re.search(r"^memory.max: 572522496$", forks, re.M), output
    assert re.search(r"^layers .*\bcgroup$", forks, re.M) and re.search(r"^pids.events: max [1-9]", forks, re.M), output
    assert 150 < int(re.search(r"^forks (\d+)$", forks, re.M)[1]) < 200, output
    assert "forks: exit 0\n" in forks and "ran out: 0\n" in forks and "gone: 1\n" in forks, output
    # Too much memory: the whole guest ends, and it is seen why.
    assert "hog: signal 9\n" in hog and "ran out: 1\n" in hog and not re.search(r"^hog \d", hog, re.M), output
    # It is the group that does it.
    assert "hog 700\n" in free and "ran out: 0\n" in free and "cgroup" not in free, output
    assert "forks 400\n" in free_forks, output
    # Nothing stays, whoever is still there.
    assert "stays: killed 1\ngone: 1\nback: 1, leaf gone: 1\n" in output, output


vbetlab.main(groups_limit_guests)
