# test-measure.py - what is set of a cable between real guests against what "vbetctl measure" finds.
#
# What a busy machine moves (middle and high delays) is not asserted; what it cannot move is.
import json
import os
import signal
import subprocess

import vbetlab
from vbetlab import wait_until

PAIR = """
h1 = attach(alloc(host), alloc(NIC, ip=10.0.0.1/24))
h2 = attach(alloc(host), alloc(NIC, ip=10.0.0.2/24))
c = link(NIC(h1, 1), NIC(h2, 1)%s)
"""
PROPERTIES = ["up", "delay", "jitter", "loss", "duplicate", "reorder", "corrupt", "rate"]


def begin(place, lab, cable, *options):
    return subprocess.Popen(
        [str(vbetlab.VBETCTL), "measure", *options, lab, cable],
        env=place.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )


def measure(place, lab, cable, *options):
    """Its object; whatever the verdict."""
    result = place.ctl("measure", "--json", *options, lab, cable, check=False)
    assert result.returncode in (0, 1), result
    assert result.stdout, result.stderr
    found = json.loads(result.stdout)
    assert (result.returncode == 0) == found["consistent"], result
    return found


def rows(found, way):
    return {row["property"]: row for row in found["ways"][way]["properties"]}


def inside(row):
    return row["low"] <= row["set"] <= row["high"]


def it_is_what_is_set(place):
    """Delay, loss and rate each way, other each way; the object is complete; no counter has seen a probe."""
    lab = place.run(place.write("pair.vbet", PAIR % ", delay=70ms/20ms, loss=5%/0%, rate=10Mbit/50Mbit"))
    before = place.status(lab)
    found = measure(place, lab, "c", "--count", "2000", "--seconds", "4")
    after = place.status(lab)
    assert found["cable"] == "c" and not found["cancelled"] and found["seconds"] > 3, found
    assert [(way["from"], way["to"]) for way in found["ways"]] == [("h1:eth0", "h2:eth0"), ("h2:eth0", "h1:eth0")]
    for way, delay in ((0, 70e6), (1, 20e6)):
        table = rows(found, way)
        assert list(table) == PROPERTIES, table
        for row in table.values():
            assert {"set", "measured", "low", "high", "events", "of", "unit", "verdict", "reason", "set-text"} <= set(row), row
        assert table["up"]["measured"] == 1, table["up"]
        assert table["delay"]["set"] == delay
        assert delay - 2e4 <= table["delay"]["low"] < delay + 5e6, table["delay"]
        assert table["duplicate"]["events"] == table["corrupt"]["events"] == table["reorder"]["events"] == 0, table
        load = found["ways"][way]["load"]
        assert load["probes"] == 2000 and load["bytes"] >= 1800 * 64, load
    there, back = rows(found, 0), rows(found, 1)
    assert there["loss"]["of"] == 2000 and inside(there["loss"]), there["loss"]
    assert there["loss"]["set-text"] == "5 %", there["loss"]
    assert back["loss"]["events"] == 0, back["loss"]
    assert there["rate"]["set"] == 10e6 and there["rate"]["of"] >= 1, there["rate"]
    assert there["rate"]["measured"] < 20e6, there["rate"]
    # Guests' own chatter may be there (neighbour discovery), but not four thousand probes.
    for name in ("ab", "ba"):
        one, other = before["cables"][0][name], after["cables"][0][name]
        assert other["frames"] - one["frames"] < 200 and other["dropped"] - one["dropped"] < 50, (one, other)
    place.stop(lab)


def a_change_is_measured(place):
    """A live change holds from its call on; one in the middle of a measurement spoils that, and says so."""
    lab = place.run(place.write("pair.vbet", PAIR % ", delay=10ms"))
    first = rows(measure(place, lab, "c", "--count", "200", "--seconds", "1"), 0)
    assert 10e6 - 2e4 <= first["delay"]["low"] < 15e6, first["delay"]
    place.ctl("call", lab, "set(c, delay=40ms)")
    second = rows(measure(place, lab, "c", "--count", "200", "--seconds", "1"), 0)
    assert second["delay"]["set"] == 40e6 and 40e6 - 2e4 <= second["delay"]["low"] < 45e6, second["delay"]
    process = begin(place, lab, "c", "--seconds", "60")
    wait_until(lambda: place.status(lab)["cables"][0]["measuring"], 20, "it is being measured")
    place.ctl("call", lab, "set(c, delay=5ms)")
    out, error = process.communicate(timeout=20)
    assert process.returncode == 1 and "changed while it was measured" in error and out == "", (out, error)
    place.stop(lab)


def traffic_in_use(place):
    """Probes share the cable with pings of full size; neither spoils the other."""
    lab = place.run(place.write("pair.vbet", PAIR % ", delay=20ms, rate=20Mbit"))
    place.exec(lab, "h1", "ping", "-c", "1", "10.0.0.2")
    ping = subprocess.Popen(
        [str(vbetlab.VBETCTL), "exec", lab, "h1", "--", "ping", "-q", "-s", "1400", "-i", "0.01", "-c", "300", "10.0.0.2"],
        env=place.environment, stdout=subprocess.PIPE, text=True,
    )
    found = measure(place, lab, "c", "--seconds", "3")
    said = ping.communicate(timeout=60)[0]
    assert " 0% packet loss" in said, said
    for way in (0, 1):
        table = rows(found, way)
        assert found["ways"][way]["load"]["other-frames"] > 50, found["ways"][way]["load"]
        assert 20e6 - 2e4 <= table["delay"]["low"] < 25e6, table["delay"]
        assert table["loss"]["events"] == 0, table["loss"]
        assert table["rate"]["of"] >= 1, table["rate"]
    place.stop(lab)


def it_ends_with_a_clear_word(place):
    """Unplugged, killed, interrupted, in the middle; a cable that is down, or not there."""
    lab = place.run(place.write("pair.vbet", PAIR % ""))
    process = begin(place, lab, "c", "--seconds", "60")
    wait_until(lambda: place.status(lab)["cables"][0]["measuring"], 20, "it is being measured")
    result = place.ctl("measure", lab, "c", check=False)
    assert result.returncode == 1 and "being measured already" in result.stderr, result
    place.ctl("call", lab, "unplug(c, NIC(h1, 1))")
    error = process.communicate(timeout=20)[1]
    assert process.returncode == 1 and "unplugged" in error, error
    result = place.ctl("measure", lab, "c", check=False)
    assert result.returncode == 1 and "not plugged at both ends" in result.stderr, result
    place.ctl("call", lab, "plug(c, NIC(h1, 1))")

    process = begin(place, lab, "c", "--seconds", "60")
    wait_until(lambda: place.status(lab)["cables"][0]["measuring"], 20, "it is being measured")
    os.kill(place.status(lab)["switch"]["pid"], signal.SIGKILL)
    error = process.communicate(timeout=20)[1]
    assert process.returncode == 1 and "switch process ended" in error, error
    wait_until(lambda: place.ctl("measure", "--count", "10", lab, "c", check=False).returncode == 0, 20, "the new one measures")

    process = begin(place, lab, "c", "--json", "--seconds", "60")
    wait_until(lambda: place.status(lab)["cables"][0]["measuring"], 20, "it is being measured")
    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=20)
    found = json.loads(out)
    assert found["cancelled"] and found["seconds"] < 50 and "until then" in error, (out, error)

    # Whoever asked and went away measures no longer.
    process = begin(place, lab, "c", "--seconds", "60")
    wait_until(lambda: place.status(lab)["cables"][0]["measuring"], 20, "it is being measured")
    process.kill()
    process.communicate(timeout=20)
    wait_until(lambda: place.ctl("measure", "--count", "10", lab, "c", check=False).returncode == 0, 20, "it is free again")

    place.ctl("call", lab, "set(c, up=no/yes)")
    found = measure(place, lab, "c", "--count", "100")
    there, back = rows(found, 0), rows(found, 1)
    assert found["consistent"], found
    assert there["up"]["measured"] == 0 and there["up"]["verdict"] == "consistent" and there["delay"]["reason"] == "down"
    assert back["up"]["measured"] == 1 and back["loss"]["events"] == 0, back
    result = place.ctl("measure", lab, "d", check=False)
    assert result.returncode == 1 and "no cable named d" in result.stderr, result
    place.stop(lab)


vbetlab.main(it_is_what_is_set, a_change_is_measured, traffic_in_use, it_ends_with_a_clear_word)
