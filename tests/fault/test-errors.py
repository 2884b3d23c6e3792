# test-errors.py - what a host may lack and what a user may do wrong: one clear
# sentence with the remedy each time, and nothing left behind.
import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["VBET_TOP_SRCDIR"], "tests", "integration"))
import vbetlab  # noqa: E402
from vbetlab import VBETCTL, descendants, wait_until  # noqa: E402

ONE = "h1 = attach(alloc(host), alloc(NIC, ip=10.0.0.1/24))\n"


def sentence(result):
    """The one line of complaint, which must exist and be readable."""
    lines = [line for line in result.stderr.splitlines() if line.strip()]
    assert result.returncode == 1, (result.returncode, result.stdout, result.stderr)
    assert lines, "no word about what went wrong"
    return "\n".join(lines)


def fails(place, text, *words):
    path = place.write("lab.vbet", text)
    said = sentence(place.ctl("run", "--detach", path, check=False))
    for word in words:
        assert word in said, f"“{word}” is not in: {said}"
    place.assert_clean()


def a_missing_kernel(place):
    fails(place, ONE.replace("alloc(host)", 'alloc(host, kernel="/nowhere/linux")'), "/nowhere/linux")


def a_missing_image(place):
    place.environment["VBET_IMAGE_DIR"] = str(place.base / "none")
    fails(place, ONE.replace("alloc(host)", 'alloc(host, image="/nowhere/image")'), "/nowhere/image")


def one_of_many_is_missing(place):
    # Found before anything starts: h1 alone would have booted.
    fails(place, ONE + 'h2 = attach(alloc(host, image="lab5"), alloc(NIC))\n', "h2: There is no guest image “lab5”",
          "vbetctl image build --name lab5")
    fails(place, ONE + 'h2 = attach(alloc(host, autostart=no, kernel="/nowhere/linux"), alloc(NIC))\n', "h2: ", "/nowhere/linux")


def a_kernel_without_nftables(place):
    # With rules and without: it would be a router that lets everything through.
    for rules in ("", ', rules="table inet t { }"'):
        text = ONE + f'fw = attach(alloc(firewall, kernel="/bin/true"{rules}), alloc(NIC))\n'
        fails(place, text, "fw: A firewall filters by nftables, which the kernel /bin/true does not have", "vbetctl kernel build")
    # One that does not start yet may wait for its kernel, and no rule set is taken for it meanwhile.
    path = place.write("lab.vbet", ONE + 'fw = attach(alloc(firewall, autostart=no, kernel="/bin/true"), alloc(NIC))\n')
    lab = place.run(path)
    for call in ("start(fw)", 'set(fw, rules="table inet t { }")'):
        result = place.ctl("call", lab, call, check=False)
        assert result.returncode != 0 and "does not have" in result.stdout + result.stderr, result
    place.stop(lab)


def a_change_that_cannot_be(place):
    lab = place.run(place.write("lab.vbet", ONE))
    more = place.write("more.vbet", ONE + 'h2 = attach(alloc(host), alloc(NIC))\nh3 = attach(alloc(host, image="lab5"), alloc(NIC))\n')
    said = sentence(place.ctl("apply", lab, more, check=False))
    assert "h3: There is no guest image “lab5”" in said, said
    assert [device["name"] for device in place.status(lab)["devices"]] == ["h1"]
    place.stop(lab)


def an_image_of_another_version(place):
    images = place.base / "images"
    images.mkdir(mode=0o755)
    (images / "vbet-0123456789ab.img").write_text("image")
    (images / "vbet-0123456789ab.manifest").write_text("vbet-image 1\n")
    (images / "current").symlink_to("vbet-0123456789ab.img")
    place.environment["VBET_IMAGE_DIR"] = str(images)
    fails(place, ONE, "was built by another version of vBET", "vbetctl image build")


def a_lab_that_already_runs(place):
    path = place.write("lab.vbet", ONE)
    lab = place.run(path)
    said = sentence(place.ctl("run", "--detach", path, check=False))
    assert lab in said and "already" in said and "stop" in said, said
    assert place.device(lab, "h1")["state"] == "ready"
    place.stop(lab)


def too_large_for_any_host(place):
    many = "".join(f"h{n} = attach(alloc(host), alloc(NIC))\n" for n in range(60000))
    fails(place, many, "at most 1000 devices")
    boot = "x" * (20 << 20)
    fails(place, f'h1 = attach(alloc(host, boot="{boot}"), alloc(NIC))\n', "boot has at most 256 KiB")
    fails(place, f'h1 = attach(alloc(host), alloc(NIC))\nfile(h1, "/etc/x", "{boot}")\n', "a file has at most 256 KiB")


def an_image_that_is_no_file(place):
    fails(place, 'h1 = attach(alloc(host, image="/dev/zero"), alloc(NIC))\n', "/dev/zero", "no regular file")
    fails(place, 'h1 = attach(alloc(host, image="/tmp"), alloc(NIC))\n', "/tmp", "no regular file")


def few_descriptors(place):
    path = place.write("lab.vbet", ONE)
    command = ["prlimit", "--nofile=100:100", str(vbetlab.VBETCTL), "run", "-d", str(path)]
    result = subprocess.run(command, env=place.environment, capture_output=True, text=True)
    assert result.returncode != 0 and "ulimit -n" in sentence(result), result.stderr


def a_pattern_with_too_many_ways(place):
    lab = place.run(place.write("lab.vbet", ONE + """step "one" {
  expect(h1, "printf %s aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", /^(a+)+$/, within=5s, absent=yes)
}
"""))
    result = place.ctl("step", lab, check=False)
    assert result.returncode != 0 and "make it simpler" in result.stdout, result.stdout
    place.stop(lab)


def a_port_path_too_long(place):
    deep = place.base / ("d" * 90)
    place.environment["VBET_RUNTIME_DIR"] = str(deep)
    path = place.write("lab.vbet", ONE)
    said = sentence(place.ctl("run", "--detach", path, check=False))
    assert "longer than" in said, said
    assert not deep.exists() or not os.listdir(deep), os.listdir(deep)


def a_text_with_errors(place):
    fails(place, "h1 = attach(alloc(hots), alloc(NIC))\n", "host")


def a_kernel_that_panics(place):
    lab = place.run(place.write("lab.vbet", ONE))
    result = place.exec(lab, "h1", "sh", "-c", "echo 1 >/proc/sys/kernel/sysrq; echo c >/proc/sysrq-trigger", check=False)
    assert result.returncode != 0
    device = wait_until(
        lambda: next((d for d in place.status(lab)["devices"] if d["state"] == "failed"), None), 10, "h1 has failed"
    )
    assert device.get("error"), device
    assert not descendants(device["pid"]) if device["pid"] else True
    place.ctl("call", lab, "start(h1)")
    assert place.device(lab, "h1")["state"] == "ready"
    place.stop(lab)


def a_kernel_that_is_none(place):
    fails(place, ONE.replace("alloc(host)", 'alloc(host, kernel="/bin/true")'), "h1", "kernel=")


def a_kernel_that_gives_up(place):
    # A "kernel" that cannot make sense of its command line: the lab must say so, and stop must not wait for it.
    kernel = place.base / "sleeper"
    shutil.copy("/bin/sleep", kernel)
    kernel.chmod(0o755)
    text = ONE.replace("alloc(host)", f'alloc(host, kernel="{kernel}")')
    said = sentence(place.ctl("run", "--detach", place.write("lab.vbet", text), check=False, timeout=120))
    assert "h1" in said, said
    place.assert_clean()


def ctrl_c_in_the_middle(place):
    path = place.write("lab.vbet", ONE + "".join(f"x{n} = attach(alloc(host), alloc(NIC))\n" for n in range(8)))
    process = subprocess.Popen(
        [str(VBETCTL), "run", "--detach", str(path)],
        env=place.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    wait_until(lambda: place.labs(), 20, "the lab's folder is there")
    process.send_signal(2)
    process.communicate(timeout=30)
    assert process.returncode != 0
    place.assert_clean(5)


def full_disk(place):
    """A state folder on a tiny file system of its own; needs root to mount it."""
    if os.geteuid() != 0:
        return
    folder = place.base / "tiny"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k,mode=755", "none", folder], check=True)
    try:
        (folder / "fill").write_bytes(b"x" * 60000)
        place.environment["VBET_STATE_DIR"] = str(folder / "s")
        path = place.write("lab.vbet", ONE)
        result = place.ctl("run", "--detach", path, check=False)
        said = sentence(result)
        assert "h1" in said or "space" in said, said
    finally:
        subprocess.run(["umount", folder], check=False)
    place.assert_clean()


def stop_is_stop(place):
    said = sentence(place.ctl("stop", "nothing-runs", check=False))
    assert "nothing-runs" in said, said
    assert place.ctl("exec", "nothing-runs", "h1", "--", "true", check=False).returncode == 1


def wrong_usage(place):
    for arguments in (["frobnicate"], ["run"], ["check", "--nonsense"], ["exec", "a"], ["step", "a", "b", "c"]):
        result = place.ctl(*arguments, check=False)
        assert result.returncode == 2, (arguments, result.returncode, result.stderr)
    missing = place.ctl("check", place.base / "no-such-file.vbet", check=False)
    assert missing.returncode != 0 and "no-such-file" in missing.stderr, missing


assert pathlib.Path(VBETCTL).exists(), VBETCTL
vbetlab.main(
    wrong_usage,
    stop_is_stop,
    a_text_with_errors,
    a_missing_kernel,
    a_missing_image,
    one_of_many_is_missing,
    a_kernel_without_nftables,
    a_change_that_cannot_be,
    an_image_of_another_version,
    a_lab_that_already_runs,
    too_large_for_any_host,
    an_image_that_is_no_file,
    few_descriptors,
    a_pattern_with_too_many_ways,
    a_port_path_too_long,
    a_kernel_that_panics,
    a_kernel_that_is_none,
    a_kernel_that_gives_up,
    ctrl_c_in_the_middle,
    full_disk,
)
