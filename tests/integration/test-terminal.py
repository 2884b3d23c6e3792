# test-terminal.py - nothing that comes from a lab text, a guest or a file's name is a command to the terminal of who
# runs vbetctl; commands whose point is bytes pass them on.
import os
import pty
import re
import subprocess

import vbetlab
from vbetlab import wait_until

EVIL = "\x1b]0;owned\x07\x1b[2J\x9b2J\x7f\b\u202egpj\u2066x"
# What a terminal obeys, but line ends and tabs; and what turns the direction of writing.
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
# Ours: colours, the emptied line of progress, and the terminal driver's line ends.
OURS = re.compile("\x1b\\[(?:[0-9]{1,2}m|K)|\r\n|\r(?=\x1b\\[K)|\r$")

LAB = r"""# a comment EVIL
h1 = attach(alloc(host, label="EVIL"), alloc(NIC))
step "title EVIL\nsecond" {
  "words EVIL"
  expect(h1, "printf '\\033]0;owned\\007\\033[2J\\302\\233;\\377\\b\\342\\200\\256'; echo EVIL", "never", within=1s)
  exec(h1, "echo EVIL; printf '\\033[2J'; false")
}
expect(h1, "echo EVIL; printf '\\033[2J'", "never", within=1s)
"""


def check(output, what):
    text = output.decode("utf-8") if isinstance(output, bytes) else output
    found = OBEYED.search(OURS.sub("\n", text))
    assert not found, f"{what}: {found!r} in {text!r}"
    return text


def plain(place, *arguments):
    """Runs vbetctl into pipes: not one byte of a command."""
    result = subprocess.run([vbetlab.VBETCTL, *arguments], env=place.environment, capture_output=True, timeout=120)
    for output in (result.stdout, result.stderr):
        text = output.decode("utf-8")
        assert not OBEYED.search(text), (arguments, text)
    return result.stdout.decode()


def terminal(place, *arguments):
    """Runs vbetctl on a terminal: only our own colours."""
    environment = dict(place.environment, TERM="xterm")
    environment.pop("NO_COLOR", None)
    leader, follower = pty.openpty()
    with subprocess.Popen(
        [vbetlab.VBETCTL, *arguments], env=environment, stdin=follower, stdout=follower, stderr=follower
    ) as process:
        os.close(follower)
        output = b""
        while True:
            try:
                block = os.read(leader, 65536)
            except OSError:
                break
            if not block:
                break
            output += block
        process.wait(60)
    os.close(leader)
    return check(output, arguments)


def both(place, *arguments):
    return plain(place, *arguments) + terminal(place, *arguments)


def evil_lab(place):
    folder = place.base / "folder\x1b[2J\u202e"
    folder.mkdir()
    path = folder / "a\x1b]0;x\x07\x9b.vbet"
    path.write_text(LAB.replace("EVIL", EVIL))
    return str(path)


def texts_and_file_names(place):
    path = evil_lab(place)
    for arguments in (("check",), ("check", "--json"), ("show",), ("show", "--json"), ("calls",)):
        both(place, *arguments, path)
    both(place, "check", path + ".missing")
    both(place, "fmt", "--check", path)
    broken = place.write("broken\x1b[2J.vbet", f'h1 = alloc(host, boot="{EVIL}", {EVIL})\n\x1b[2J = 3\n')
    both(place, "check", str(broken))
    both(place, "run", str(broken))
    for arguments in (("\x1b[2J",), ("status", "\x1b[2J"), ("run", "--\x1b[2J"), ("run", "--id", "\x1b[2J", "x")):
        both(place, *arguments)


def a_text_goes_through_fmt_as_it_is(place):
    path = place.write("x.vbet", f"# {EVIL}\nh1 = attach(alloc(host), alloc(NIC))\n")
    result = subprocess.run([vbetlab.VBETCTL, "fmt", path], env=place.environment, capture_output=True)
    assert result.stdout == path.read_bytes(), result
    terminal(place, "fmt", path)


def json_loses_nothing(place):
    path = evil_lab(place)
    shown = plain(place, "show", "--json", path)
    title = next(step["title"] for step in vbetlab.json.loads(shown)["steps"])
    assert EVIL in title, title


def a_running_lab(place):
    path = evil_lab(place)
    both(place, "run", "--id", "evil", path)
    place.remember("evil")
    # Its progress and summary are what was just looked at; now what there is to ask.
    for arguments in (("ps",), ("ps", "--json"), ("status", "evil"), ("status", "--json", "evil"), ("step", "-l", "evil")):
        both(place, *arguments)
    shown = plain(place, "step", "evil", "1")
    assert "␛]0;owned␇" in shown, shown
    terminal(place, "step", "evil", "1")
    both(place, "call", "evil", f'set(h1, boot="{EVIL}")')
    both(place, "exec", "evil", "h\x1b[2J", "--", "true")
    place.ctl("stop", "evil")
    both(place, "run", "--id", "evil", path)
    # A guest's own words: an alarm of its boot.
    place.remember("evil")
    place.exec("evil", "h1", "sh", "-c", "mkdir -p /run/vbet/alarms; printf 'b\\033[2J\\302\\233ad' >/run/vbet/alarms/x")
    both(place, "status", "evil")
    # Bytes are the point of these.
    raw = subprocess.run(
        [vbetlab.VBETCTL, "exec", "evil", "h1", "--", "printf", r"\033[2J\377"], env=place.environment, capture_output=True
    )
    assert raw.stdout == b"\x1b[2J\xff", raw
    place.exec("evil", "h1", "sh", "-c", r"printf '\033[2J\377' >/tmp/bytes")
    raw = subprocess.run(
        [vbetlab.VBETCTL, "cp", "evil", "h1:/tmp/bytes", "-"], env=place.environment, capture_output=True
    )
    assert raw.stdout == b"\x1b[2J\xff", raw
    place.stop("evil")


def names_of_files_are_bytes(place):
    """Whatever the locale says, and whether they are UTF-8 or not."""
    place.environment["LC_ALL"] = "C"
    folder = os.fsencode(place.base)
    for name in ("ü.vbet".encode(), b"b\x9b\xff.vbet"):
        path = os.path.join(folder, name)
        with open(path, "w", encoding="ascii") as file:
            file.write("h1 = attach(alloc(host), alloc(NIC))\n")
        result = subprocess.run([vbetlab.VBETCTL, "run", "-d", path], env=place.environment, capture_output=True)
        assert result.returncode == 0, result
        lab = result.stdout.decode().strip()
        both(place, "status", lab)
        place.stop(lab)


def tests_of_labs(place):
    path = evil_lab(place)
    plain(place, "test", path)
    terminal(place, "test", path)
    wait_until(lambda: not place.labs(), 10, "the lab of the test is gone")


vbetlab.main(texts_and_file_names, a_text_goes_through_fmt_as_it_is, json_loses_nothing, a_running_lab, names_of_files_are_bytes, tests_of_labs)
