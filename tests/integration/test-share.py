#!/usr/bin/env python3
# test-share.py - a folder of the host in a guest: read, changed where that is allowed, nothing above it, live.
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import vbetlab  # noqa: E402

LAB = """
reader = alloc(host, share="files")
writer = alloc(host, share="{folder}", share-write=yes)
plain = alloc(host)
"""


def sh(place, device, script):
    return place.ctl("exec", "share", device, "--", "sh", "-c", script, check=False)


with vbetlab.Place() as place:
    top = place.base / "lab"
    folder = top / "files"
    folder.mkdir(parents=True)
    (folder / "hello").write_text("from the host\n")
    (top / "secret").write_text("not shared\n")
    for path in (top, folder):
        path.chmod(0o777)
    lab = top / "share.vbet"
    lab.write_text(LAB.format(folder=folder))
    place.ctl("run", "--quiet", lab)
    for device in ("reader", "writer"):
        assert sh(place, device, "cat /host/hello").stdout == "from the host\n", device
        assert "secret" not in sh(place, device, "ls -a /host/.. /host").stdout, device
    # Live, both ways.
    (folder / "later").write_text("now\n")
    assert sh(place, "reader", "cat /host/later").stdout == "now\n"
    assert sh(place, "writer", "mkdir /host/new && echo made > /host/new/file && chmod 600 /host/new/file && "
                               "mv /host/new/file /host/new/moved && ln -s moved /host/new/link").returncode == 0
    assert (folder / "new" / "moved").read_text() == "made\n"
    assert sh(place, "reader", "cat /host/new/moved").stdout == "made\n"
    # A share to read is one, and a link does not lead out of it.
    assert sh(place, "reader", "echo x > /host/hello").returncode != 0
    assert sh(place, "reader", "rm /host/hello").returncode != 0
    assert (folder / "hello").read_text() == "from the host\n"
    os.symlink("/etc/passwd", folder / "out")
    assert "root:x" not in sh(place, "writer", "mount -t hostfs -o /etc none /mnt; cat /mnt/passwd").stdout
    # Without a share there is nothing to mount, whoever tries.
    assert sh(place, "plain", "mount -t hostfs -o /vbet-share none /mnt && ls /mnt").returncode != 0
    place.ctl("stop", "share")
    # What cannot be shared is said before anything starts.
    lab.write_text('a = alloc(host, share="missing")\nb = alloc(host)\n')
    refused = place.ctl("run", "--quiet", lab, check=False)
    assert refused.returncode != 0 and "cannot be shared: it is not there" in refused.stderr, refused.stderr
    lab.write_text('a = alloc(host, share="files/hello")\n')
    refused = place.ctl("run", "--quiet", lab, check=False)
    assert "it is no folder" in refused.stderr, refused.stderr
