# test-steps.py - steps of a real lab by RPC: progress, cancelling, results kept; failed calls once more.
import json
import os
import queue
import socket
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from vbetlab import *  # noqa: E402,F403

LAB = """
h1 = attach(alloc(host), alloc(NIC, ip=10.0.0.1/24))
h2 = attach(alloc(host), alloc(NIC, ip=10.0.0.2/24))
link(h1, h2)
step "Quick" { exec(h1, "echo hello") }
step "Never" {
  exec(h1, "true")
  expect(h1, "echo no", "yes", within=600s)
  exec(h1, "true")
}
step "Long command" { exec(h1, "sleep 600") }
expect(h1, "echo no", "yes", within=600s)
"""


class Rpc:
    """A client of the engine's service."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(path))
        self.stream = self.socket.makefile("rb")
        self.number = 0
        self.answers = {}
        self.notifications = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        try:
            while line := self.stream.readline():
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
                    while self.stream.readline().strip():
                        pass
                    message = json.loads(self.stream.read(length))
                    if "method" in message:
                        self.notifications.put(message)
                    else:
                        self.answers[message["id"]].put(message)
        except (OSError, ValueError):
            pass

    def send(self, method, **params):
        self.number += 1
        answer = self.answers[self.number] = queue.Queue()
        text = json.dumps({"jsonrpc": "2.0", "id": self.number, "method": method, "params": params}).encode()
        self.socket.sendall(b"Content-Length: %d\r\n\r\n%s" % (len(text), text))
        return answer

    def call(self, method, **params):
        return self.send(method, **params).get(timeout=60)

    def wait_for(self, method, **members):
        while True:
            message = self.notifications.get(timeout=60)
            if message["method"] == method and all(message["params"].get(k) == v for k, v in members.items()):
                return message["params"]

    def close(self):
        self.socket.close()


def lab_with_rpc(place):
    path = place.write("steps.vbet", LAB)
    place.run(path)
    return Rpc(place.runtime / "steps" / "rpc")


def steps_of(rpc):
    return rpc.call("lab.steps")["result"]["steps"]


def a_step_tells_and_can_be_cancelled(place):
    rpc = lab_with_rpc(place)
    assert rpc.call("lab.step-cancel")["error"]["code"] == -32005
    result = rpc.call("lab.step", index=1)["result"]
    assert result["ok"] and result["results"][0]["output"] == "hello\n", result
    assert steps_of(rpc)[0]["state"] == "passed" and steps_of(rpc)[0]["results"][0]["output"] == "hello\n"
    # one that waits: it says for what, and can be given up
    waiting = rpc.send("lab.step")
    rpc.wait_for("step", index=2, statement=2)
    now = steps_of(rpc)[1]
    assert now["state"] == "running" and now["statement"] == 2 and now["since"] >= 0, now
    assert "result" in rpc.call("lab.step-cancel")
    answer = waiting.get(timeout=60)
    assert answer["error"]["code"] == -32009, answer
    rpc.wait_for("step", index=2, state="failed")
    step = steps_of(rpc)[1]
    assert [one["ok"] for one in step["results"]] == [True, False], step
    assert step["results"][1]["error"] == "Cancelled", step
    # a command is killed
    waiting = rpc.send("lab.step", index=3)
    rpc.wait_for("step", index=3, statement=1)

    def sleeping():
        return place.exec("steps", "h1", "pgrep", "-x", "sleep", check=False).returncode == 0

    wait_until(sleeping, 20, "the command runs")
    rpc.call("lab.step-cancel")
    assert waiting.get(timeout=60)["error"]["code"] == -32009
    wait_until(lambda: not sleeping(), 20, "it is killed")
    # checks, too; and the lab goes on
    waiting = rpc.send("lab.checks")
    wait_until(lambda: "result" in rpc.call("lab.step-cancel"), 20, "the checks run")
    assert waiting.get(timeout=60)["error"]["code"] == -32009
    assert rpc.call("lab.step", index=1)["result"]["ok"]
    rpc.close()
    place.stop("steps")


def a_failed_call_once_more(place):
    rpc = lab_with_rpc(place)
    three = LAB + 'h3 = attach(alloc(host, kernel="/bin/true"), alloc(NIC, ip=10.0.1.1/24))\n'
    rpc.call("lab.apply", text=three)
    calls = rpc.call("lab.calls")["result"]["calls"]
    failed = [call for call in calls if call["state"] == "failed"]
    assert [call["text"] for call in failed] == ["start(h3)"], failed
    again = rpc.call("call.retry", number=failed[0]["number"])["result"]["call"]
    assert again["state"] == "failed" and again["number"] == len(calls) + 1, again
    assert "kernel=" in again["error"], again
    done = next(call for call in calls if call["state"] == "done")
    assert rpc.call("call.retry", number=done["number"])["error"]["code"] == -32005
    assert rpc.call("call.retry", number=9999)["error"]["code"] == -32003
    # mended meanwhile: the same call works
    rpc.call("lab.apply", text=three.replace(', kernel="/bin/true"', ""))
    again = rpc.call("call.retry", number=again["number"])["result"]["call"]
    assert again["state"] == "done", again
    place.remember("steps")
    # a call whose object is gone is no longer wanted
    rpc.call("lab.apply", text='h1 = attach(alloc(host), alloc(NIC, ip=10.0.0.1/24))')
    assert rpc.call("call.retry", number=failed[0]["number"])["error"]["code"] in (-32005, -32003)
    # an attribute that a guest refuses, tried again while it is still written, then when it is not
    broken = 'h1 = attach(alloc(router, routing="nonsense here"), alloc(NIC, ip=10.0.0.1/24))'
    right = 'h1 = attach(alloc(router), alloc(NIC, ip=10.0.0.1/24))'
    rpc.call("lab.apply", text=right)
    calls = rpc.call("lab.apply", text=broken)["result"]["calls"]
    failed = [call for call in calls if call["state"] == "failed"]
    if failed:
        assert rpc.call("call.retry", number=failed[0]["number"])["result"]["call"]["state"] == "failed"
        rpc.call("lab.apply", text=right)
        assert rpc.call("call.retry", number=failed[0]["number"])["error"]["code"] == -32005
    rpc.close()
    place.stop("steps")


main(a_step_tells_and_can_be_cancelled, a_failed_call_once_more)
