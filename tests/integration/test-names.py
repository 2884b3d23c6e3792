# test-names.py - labs of one name, from files in different folders, at the same time: each is a lab of its own, with
# disks of its own.
import shutil

import vbetlab

LAB = "h1 = attach(alloc(host, persist=yes), alloc(NIC))\n"


def lab_in(place, folder, name="star.vbet"):
    path = place.base / folder / name
    path.parent.mkdir(exist_ok=True)
    path.parent.chmod(0o755)
    path.write_text(LAB)
    return path


def two_at_once(place):
    a = lab_in(place, "a")
    b = lab_in(place, "b")
    one = place.run(a)
    two = place.run(b)
    assert one == "star" and two.startswith("star-"), (one, two)
    assert sorted(place.ctl("ps", "--ids").stdout.split()) == sorted([one, two])
    for path, lab in ((a, one), (b, two)):
        said = place.ctl("run", "-d", path, check=False)
        assert said.returncode != 0 and lab in said.stderr and str(path) in said.stderr, said.stderr
        assert said.stderr.count("\n") == 1 and "vbetctl stop" in said.stderr, said.stderr
    # The second goes by its own name also when the first is gone; it does not start twice.
    place.stop(one)
    said = place.ctl("run", "-d", b, check=False)
    assert said.returncode != 0 and two in said.stderr, said.stderr
    place.stop(two)
    # Who asks for an identifier gets that or none.
    place.run(a)
    said = place.ctl("run", "-d", "--id", "star", b, check=False)
    assert said.returncode != 0 and str(a) in said.stderr and "--id" in said.stderr, said.stderr
    place.stop("star")


def write(place, lab, text):
    place.exec(lab, "h1", "sh", "-c", f"echo {text} >/root/mine; sync")


def read(place, lab):
    return place.exec(lab, "h1", "cat", "/root/mine", check=False).stdout.strip()


def disks_are_their_files(place):
    a = lab_in(place, "a")
    b = lab_in(place, "b")
    lab = place.run(a)
    write(place, lab, "of-a")
    beside = place.run(b)
    assert read(place, beside) == ""
    write(place, beside, "of-b")
    place.stop(lab)
    place.stop(beside)
    for path, text in ((b, "of-b"), (a, "of-a")):
        lab = place.run(path)
        assert lab == "star" and read(place, lab) == text, (path, read(place, lab))
        place.stop(lab)
    # A lab that moves takes its disks along.
    (place.base / "c").mkdir(mode=0o755)
    moved = place.base / "c" / "star.vbet"
    shutil.move(a, moved)
    lab = place.run(moved)
    assert read(place, lab) == "of-a"
    place.stop(lab)


def disks_of_an_earlier_version(place):
    a = lab_in(place, "a")
    b = lab_in(place, "b")
    lab = place.run(a)
    write(place, lab, "old")
    place.stop(lab)
    (place.state / "disks" / "star" / "lab").unlink()
    lab = place.run(b)
    assert read(place, lab) == "old"
    place.stop(lab)
    lab = place.run(a)
    assert read(place, lab) == ""
    place.stop(lab)


def names_that_look_alike(place):
    long = "a" * 32
    paths = [lab_in(place, "d", name + ".vbet") for name in ("my lab", "my  lab", long + "1", long + "2")]
    labs = [place.run(path) for path in paths]
    assert len(set(labs)) == 4, labs
    for lab in labs:
        place.stop(lab)


vbetlab.main(two_at_once, disks_are_their_files, disks_of_an_earlier_version, names_that_look_alike)
