# test-protocols.py - protocols between real guests: every lab of tests/labs, several at once, since they mostly wait.
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
    left_out = [lab for lab in LABS if lab.stem in DAEMONS and lacks(place, DAEMONS[lab.stem])]
    for lab in left_out:
        print(f"left out: {lab.stem} (the image's FRR has no {DAEMONS[lab.stem]})")
    failures = vbetlab.test_side_by_side(place, [lab for lab in LABS if lab not in left_out])
    assert not failures, "\n".join(failures)


vbetlab.main(every_protocol)
