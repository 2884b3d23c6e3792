#!/usr/bin/env python3
# bench-tcp.py - two guests through one switch, and through a router guest between
# two switches: vbet-switch with each of its NICs beside vde_switch, uml_switch
# and (as root) the host's own bridge, in turns, in one run.
#
# The guests of all are alike: same kernel, image, kernel arguments, memory and processors; only the NIC and the
# program at its other end differ. Prints medians, the ratio first.
import argparse
import contextlib
import io
import json
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
import tty

for variable, folder in (("VBET_TOP_SRCDIR", "."), ("VBET_TOP_BUILDDIR", "build")):
    os.environ.setdefault(variable, str(pathlib.Path(folder).resolve()))
sys.path.insert(0, os.path.join(os.environ["VBET_TOP_SRCDIR"], "tests", "integration"))
from vbetlab import VBETCTL, Place, descendants, wait_until  # noqa: E402

SERVER = "10.0.0.1"
CLIENT = "10.0.0.2"
LAB = f"""
h1 = attach(alloc(host), alloc(NIC, ip={SERVER}/24))
h2 = attach(alloc(host), alloc(NIC, ip={CLIENT}/24))
s = alloc(switch)
link(s, h1, h2)
"""
ROUTED_SERVER = "10.0.1.1"
ROUTED_LAB = f"""
h1 = attach(alloc(host, gateway=10.0.1.254), alloc(NIC, ip={ROUTED_SERVER}/24))
h2 = attach(alloc(host, gateway=10.0.2.254), alloc(NIC, ip=10.0.2.2/24))
r = attach(alloc(router), alloc(NIC, ip=10.0.1.254/24), alloc(NIC, ip=10.0.2.254/24))
s = alloc(switch)
t = alloc(switch)
link(s, h1, NIC(r, 1))
link(t, h2, NIC(r, 2))
"""
# Of a guest without an engine: name, gateway, and a NIC's address for each switch.
DIRECT_GUESTS = (("h1", "", {0: SERVER}), ("h2", "", {0: CLIENT}))
ROUTED_GUESTS = (
    ("h1", "10.0.1.254", {0: ROUTED_SERVER}),
    ("h2", "10.0.2.254", {1: "10.0.2.2"}),
    ("r", "", {0: "10.0.1.254", 1: "10.0.2.254"}),
)
PINGS = 300
SMALL = 18  # bytes of UDP payload in a frame of 64 bytes with its checksum
BOOT_SECONDS = 30
WHOLE_SECONDS = 1800
LOSS = 0.005  # a rate with no more is one without loss
RATES = (1000, 200000)  # of small packets, frames a second; the best is looked for between these
RATE_STEPS = 8
RATE_SECONDS = 1.5
SENDER = pathlib.Path(os.environ["VBET_TOP_BUILDDIR"]) / "tests" / "bench" / "bench-udp"  # of small packets
# Kernel arguments that are a guest's own; every other one is taken over from a vBET guest.
OWN_ARGUMENTS = re.compile(r"(umid|uml_dir|mconsole|ubd\w+|con0|ssl0|vec\d+|eth\d+|virtio_uml\.device|console)[=:]")


class Missing(Exception):
    """What a peer needs is not here: it is left out."""


def program(name):
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/usr/local/bin")
    if path is None:
        raise Missing(f"{name} is not installed")
    return path


def mac(address):
    """The guest's init finds a NIC by it."""
    words = [int(word) for word in address.split(".")]
    return f"02:00:00:00:{words[2]:02x}:{words[3]:02x}"


def kill_tree(process):
    """Ends a process and everything below it. It is stopped first, so that it starts nothing meanwhile."""
    if process.poll() is None:
        process.send_signal(signal.SIGSTOP)
        for child in descendants(process.pid):
            with contextlib.suppress(OSError):
                child.kill()
        process.kill()
    process.wait(timeout=10)


class VbetLab:
    """The lab as any user runs it."""

    name = "vbet virtio"
    nic = "virtio"

    def __init__(self, routed=False):
        self.text = ROUTED_LAB if routed else LAB

    def __enter__(self):
        self.place = Place()
        self.place.__enter__()
        self.place.environment["VBET_NIC"] = self.nic
        try:
            self.lab = self.place.run(self.place.write("tcp.vbet", self.text))
        except BaseException:
            self.place.__exit__(*sys.exc_info())
            raise
        return self

    def __exit__(self, kind, value, trace):
        try:
            if kind is None:
                self.place.stop(self.lab)
        finally:
            self.place.__exit__(kind, value, trace)

    def put_sender(self):
        for node in ("h1", "h2"):
            self.place.ctl("cp", self.lab, SENDER, f"{node}:/root/bench-udp")

    def run(self, node, command, seconds):
        return self.place.ctl(
            "exec", "--no-input", f"--timeout={seconds}", self.lab, node, "--", "sh", "-c", command, timeout=seconds + 10
        ).stdout


class VectorLab(VbetLab):
    name = "vbet vector"
    nic = "vector"


class Guest:
    """A guest without an engine: kernel, disk, configuration disk, and a shell on its console."""

    def __init__(self, base, description, nics, cpu, arguments, image, identity):
        name, gateway, addresses = description
        folder = base / name
        folder.mkdir()
        self.config(folder / "config.tar", name, gateway, list(addresses.values()))
        for path in (folder, folder / "config.tar"):
            if identity:
                shutil.chown(path, identity["user"], identity["group"])
        self.process = None
        self.agent, agent = socket.socketpair()  # nobody answers the agent
        self.console, console = pty.openpty()
        tty.setraw(console)
        command = ["taskset", "-c", str(cpu), "setarch", os.uname().machine, "-R", program("linux.uml"), *arguments]
        command += ["umid=u", f"uml_dir={folder}", "con0=fd:0,fd:1", f"ssl0=fd:{agent.fileno()}"]
        command += [f"ubd0={folder}/cow,{image}", f"ubd1rd={folder}/config.tar", *nics]
        self.process = subprocess.Popen(
            command,
            stdin=console,
            stdout=console,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "TMPDIR": str(folder), "HOME": "/"},
            pass_fds=[agent.fileno()],
            start_new_session=True,
            **identity,
        )
        os.close(console)
        agent.close()

    @staticmethod
    def config(path, name, gateway, addresses):
        nics = (f"{number} {mac(address)} 1500 {address}/24\n" for number, address in enumerate(addresses, 1))
        files = {
            "etc/hostname": f"{name}\n",
            "etc/vbet/nics": "".join(nics),
            "etc/vbet/env": f"KIND=host\nFORWARD={len(addresses) - 1}\nGATEWAY='{gateway}'\nGATEWAY6=''\nDNS=''\nSERVICES=''\nNOTICE=''\n",
        }
        with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as archive:
            for folder in ("etc", "etc/vbet"):
                entry = tarfile.TarInfo(folder)
                entry.type = tarfile.DIRTYPE
                entry.mode = 0o755
                archive.addfile(entry)
            for file, text in files.items():
                entry = tarfile.TarInfo(file)
                entry.size = len(text)
                archive.addfile(entry, io.BytesIO(text.encode()))
            if SENDER.exists():
                entry = tarfile.TarInfo("root/bench-udp")
                entry.size = SENDER.stat().st_size
                entry.mode = 0o755
                with SENDER.open("rb") as program_file:
                    archive.addfile(entry, program_file)

    def wait_shell(self):
        self.read_until(rb"[#$] ", BOOT_SECONDS)
        # A shell that neither edits nor shows what it reads. (Typed and printed texts differ: no echo can deceive.)
        self.type("stty -echo; PS1='rea''dy> ' exec bash --noediting --norc --noprofile")
        self.read_until(rb"ready> ", BOOT_SECONDS)

    def type(self, line):
        os.write(self.console, line.encode() + b"\n")

    def read_until(self, pattern, seconds):
        end = time.monotonic() + seconds
        text = b""
        while not re.search(pattern, text):
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.console], [], [], left)[0]:
                raise AssertionError(f"no {pattern} on the console within {seconds} s: …{text[-400:]}")
            text += os.read(self.console, 65536)
        return text

    def run(self, command, seconds):
        self.type(f"{command}; printf 'en%s %d\\n' d: $?")
        text = self.read_until(rb"end: \d+\r?\n", seconds).decode(errors="replace")
        output, status = re.search(r"(.*)end: (\d+)", text, re.S).groups()
        if status != "0":
            raise AssertionError(f"{command}: exit {status}: {output[-400:]}")
        return output.replace("\r", "")

    def end(self):
        if self.process is not None:
            kill_tree(self.process)
        os.close(self.console)
        self.agent.close()


class PeerLab:
    """The guests at another switch program, all as an ordinary user."""

    arguments = None  # of the kernel, from a vBET guest
    image = None

    def __init__(self, routed=False):
        self.descriptions = ROUTED_GUESTS if routed else DIRECT_GUESTS

    def __enter__(self):
        self.stack = contextlib.ExitStack()
        with self.stack:
            self.start()
            self.stack = self.stack.pop_all()
        return self

    def start(self):
        identity = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
        base = pathlib.Path(tempfile.mkdtemp(prefix="vbt-", dir="/dev/shm"))
        self.stack.callback(shutil.rmtree, base, ignore_errors=True)
        if identity:
            shutil.chown(base, identity["user"], identity["group"])
        for number in {number for _, _, addresses in self.descriptions for number in addresses}:
            self.start_switch(base / f"switch{number}", identity)
        cpus = sorted(os.sched_getaffinity(0))
        self.guests = {}
        for number, description in enumerate(self.descriptions):
            name, _, addresses = description
            nics = [
                f"eth{index}=" + self.nic(base / f"switch{switch}", address)
                for index, (switch, address) in enumerate(addresses.items())
            ]
            cpu = cpus[number % len(cpus)]
            guest = Guest(base, description, nics, cpu, self.arguments, self.image, identity)
            self.stack.callback(guest.end)
            self.guests[name] = guest
        for guest in self.guests.values():
            guest.wait_shell()

    def start_switch(self, path, identity):
        switch = subprocess.Popen(
            self.switch_command(path),
            stdin=subprocess.PIPE,  # never written to: both end when it is closed
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            **identity,
        )
        self.stack.callback(kill_tree, switch)
        wait_until(path.exists, 10, f"{self.name} makes {path}")

    def __exit__(self, *problem):
        return self.stack.__exit__(*problem)

    def put_sender(self):
        """It came with the configuration."""

    def run(self, node, command, seconds):
        return self.guests[node].run(command, seconds)


class VdeLab(PeerLab):
    name = "vde_switch"

    @staticmethod
    def switch_command(path):
        return [program("vde_switch"), "--sock", str(path)]

    @staticmethod
    def nic(path, address):
        return f"vde,{path},{mac(address)}"


class UmlSwitchLab(PeerLab):
    name = "uml_switch"

    @staticmethod
    def switch_command(path):
        return [program("uml_switch"), "-unix", str(path)]

    @staticmethod
    def nic(path, address):
        return f"daemon,{mac(address)},unix,{path}"


class BridgeLab:
    """Two network namespaces at a bridge of the host's kernel: no guests at all, what containers would get."""

    name = "Linux bridge"

    def __enter__(self):
        if os.geteuid() != 0:
            raise Missing("only root can make a bridge")
        self.stack = contextlib.ExitStack()
        with self.stack:
            self.start()
            self.stack = self.stack.pop_all()
        return self

    def start(self):
        ip = program("ip")
        for name in ("ping", "iperf3", "unshare", "nsenter"):
            program(name)
        self.keepers = {}
        for name in ("bridge", "h1", "h2"):
            keeper = subprocess.Popen(["unshare", "--net", "sleep", "600"], stderr=subprocess.DEVNULL)
            self.stack.callback(kill_tree, keeper)
            self.keepers[name] = keeper
            own = os.readlink("/proc/self/ns/net")
            wait_until(
                lambda keeper=keeper: os.readlink(f"/proc/{keeper.pid}/ns/net") != own, 10, "a network namespace"
            )
        try:
            self.inside("bridge", ip, "link", "add", "br0", "type", "bridge")
            self.inside("bridge", ip, "link", "set", "br0", "up")
            for name, address in (("h1", SERVER), ("h2", CLIENT)):
                peer = ["peer", "name", "eth0", "netns", str(self.keepers[name].pid)]
                self.inside("bridge", ip, "link", "add", name, "type", "veth", *peer)
                self.inside("bridge", ip, "link", "set", name, "master", "br0", "up")
                self.inside(name, ip, "addr", "add", f"{address}/24", "dev", "eth0")
                self.inside(name, ip, "link", "set", "eth0", "up")
                self.inside(name, ip, "link", "set", "lo", "up")
        except subprocess.CalledProcessError as problem:
            raise Missing(problem.stderr.strip()) from problem

    def inside(self, name, *command, seconds=30):
        command = ["nsenter", "-t", str(self.keepers[name].pid), "-n", *command]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=seconds).stdout

    def __exit__(self, *problem):
        return self.stack.__exit__(*problem)

    def run(self, node, command, seconds):
        if command.startswith("iperf3 -s"):  # not a daemon, so that it ends with the rest
            server = subprocess.Popen(
                ["nsenter", "-t", str(self.keepers[node].pid), "-n", "iperf3", "-s"], stdout=subprocess.DEVNULL
            )
            self.stack.callback(kill_tree, server)
            return ""
        return self.inside(node, "sh", "-c", command, seconds=seconds)


# --- measuring ----------------------------------------------------------------


def iperf(lab, server, options, seconds):
    text = lab.run("h2", f"iperf3 -c {server} -t {seconds} -J {options}", seconds + 30)
    result = json.loads(text[text.index("{") : text.rindex("}") + 1])
    if "error" in result:
        raise AssertionError(f"{lab.name}: iperf3: {result['error']}")
    return result["end"]


def settle(lab, server):
    lab.run("h1", "iperf3 -s -D >/dev/null 2>&1", 10)
    lab.run("h2", f"for i in 1 2 3 4 5 6 7 8 9; do ping -c 1 -W 1 {server} >/dev/null && break; done", 30)
    lab.run("h2", "sleep 1", 10)  # what the boot left to do is done


def measure(lab, seconds):
    """Returns: Gbit/s of TCP, 64-byte frames/s that arrive of as many as one guest sends, and the round trips in ms."""
    settle(lab, SERVER)
    text = lab.run("h2", f"ping -c {PINGS} -i 0.005 -W 1 {SERVER}", 60)
    times = [float(value) for value in re.findall(r"time=([\d.]+) ms", text)]
    tcp = iperf(lab, SERVER, "", seconds)["sum_received"]["bits_per_second"] / 1e9
    udp = iperf(lab, SERVER, f"-u -l {SMALL} -b 0", 2)["sum"]
    return {"tcp": tcp, "udp": (udp["packets"] - udp["lost_packets"]) / udp["seconds"], "ping": times}


def send_small(lab, rate):
    """Returns: frames a second that the guest sent, the share that was lost, and frames a second that arrived."""
    text = lab.run("h2", f"/root/bench-udp send {ROUTED_SERVER} {rate:.0f} {RATE_SECONDS}", 30)
    sent, arrived, seconds = (float(word) for word in text.split()[-3:])
    return sent / seconds, 1 - arrived / sent if sent else 1, arrived / seconds


def measure_routed(lab):
    """Returns: 64-byte frames/s through the router guest at the best rate without loss, and those of a flood."""
    if not SENDER.exists():
        raise Missing(f"{SENDER} is not built")
    lab.put_sender()
    settle(lab, ROUTED_SERVER)
    lab.run("h1", "setsid /root/bench-udp receive </dev/null >/dev/null 2>&1 & sleep 0.2", 10)
    low, high = RATES
    best = 0
    for _ in range(RATE_STEPS):
        rate = (low * high) ** 0.5
        for _ in range(2):  # what disturbs a machine once is not the rate's fault
            reached, lost, _ = send_small(lab, rate)
            if lost <= LOSS:
                break
        if lost > LOSS:
            high = rate
            continue
        best = max(best, reached)
        if reached < 0.9 * rate:  # the guest sends no faster
            break
        low = rate
    return {"rate": best, "flood": send_small(lab, 1e6)[2]}


def learn():
    """The image, and the kernel arguments of a vBET guest."""
    program("linux.uml")
    listed = subprocess.run([VBETCTL, "image", "list", "--json"], capture_output=True, text=True, timeout=30, check=True)
    PeerLab.image = next((image["path"] for image in json.loads(listed.stdout) if image["current"]), None)
    if PeerLab.image is None:
        raise Missing("there is no image; build one with “vbetctl image build”")
    with VbetLab() as lab:
        words = lab.run("h1", "cat /proc/cmdline", 10).split()
    PeerLab.arguments = [word for word in words if not OWN_ARGUMENTS.match(word)]


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def quotient(results, name, other, key):
    """The median of the quotients of what was measured in turns."""
    pairs = zip(results.get(name, []), results.get(other, []))
    values = [a[key] / b[key] for a, b in pairs if key in a and b.get(key)]
    return statistics.median(values) if values else None


def line(what, ratio, budget=0):
    """A line of the table that “make bench” ends with."""
    if ratio is None:
        return
    met = ("yes" if ratio >= budget else "**no**") if budget else ""
    text = f"| {ratio:.2f} x | {what} | {f'≥ {budget:g} x' if budget else '–'} | {met} |"
    print(text)
    if "VBET_BENCH_TABLE" in os.environ:
        with open(os.environ["VBET_BENCH_TABLE"], "a", encoding="utf-8") as table:
            print(text, file=table)


def report_figures(results, key, title, unit, digits):
    measured = {name: [entry[key] for entry in found] for name, found in results.items() if found and key in found[0]}
    if not measured:
        return
    print(f"{title}: median of the rounds (lowest … highest)")
    for name, values in measured.items():
        against = quotient(results, VbetLab.name, name, key)
        ratio = f"{VbetLab.name} / it {against:6.2f} x" if against is not None and name != VbetLab.name else ""
        print(
            f"  {name:14} {statistics.median(values):10.{digits}f} {unit}   "
            f"({min(values):.{digits}f} … {max(values):.{digits}f})   {ratio}"
        )


def report(direct, routed):
    report_figures(direct, "tcp", "TCP, MTU 1500", "Gbit/s", 2)
    report_figures(direct, "udp", "UDP in frames of 64 bytes, a flood, arrived", "frames/s", 0)
    report_figures(routed, "rate", "UDP in frames of 64 bytes through a router guest, best rate without loss", "frames/s", 0)
    report_figures(routed, "flood", "UDP in frames of 64 bytes through a router guest, a flood, arrived", "frames/s", 0)
    print(f"Round trip: ping, {PINGS} a round, all rounds together")
    for name, found in direct.items():
        times = [value for result in found for value in result["ping"]]
        if times:
            print(
                f"  {name:14} median {statistics.median(times):6.3f} ms   99 % {percentile(times, 0.99):6.3f} ms   "
                f"({len(times)} of {PINGS * len(found)} answered)"
            )
    ours, vector, vde, uml, bridge = (kind.name for kind in (VbetLab, VectorLab, VdeLab, UmlSwitchLab, BridgeLab))
    line(f"guest to guest TCP: {ours} / {vde}", quotient(direct, ours, vde, "tcp"), 10)
    line(f"guest to guest TCP: {vector} / {vde}", quotient(direct, vector, vde, "tcp"), 4)
    line(f"guest to guest TCP: {ours} / {bridge} and veth", quotient(direct, ours, bridge, "tcp"), 0.4)
    line(f"guest to guest TCP: {ours} / {uml}", quotient(direct, ours, uml, "tcp"))
    small = "64-byte UDP through a router guest at its best rate without loss"
    line(f"{small}: {ours} / {uml}", quotient(routed, ours, uml, "rate"), 2)
    line(f"{small}: {ours} / {vector}", quotient(routed, ours, vector, "rate"), 1)


def host():
    """What the figures depend on most. Another program's load is in them."""
    return f"{os.cpu_count()} processors, Linux {os.uname().release}, load {os.getloadavg()[0]:.1f}"


def in_words(result):
    figures = {key: f"{statistics.median(value):.3f}" if key == "ping" else f"{value:.5g}" for key, value in result.items()}
    return ", ".join(f"{key} {figure}" for key, figure in figures.items())


def rounds(count, title, labs, make, measure_one):
    """Returns: what was measured, by the name of the lab; rounds without a result are left out."""
    labs = list(labs)
    results = {lab.name: [] for lab in labs}
    for number in range(count):
        for kind in list(labs):
            try:
                with make(kind) as lab:
                    result = measure_one(lab)
                results[kind.name].append(result)
                print(f"  {title}, round {number + 1}: {kind.name}: {in_words(result)}")
            except Missing as problem:
                print(f"  skipped: {title}: {kind.name}: {problem}")
                labs.remove(kind)
            except (AssertionError, OSError, ValueError, subprocess.SubprocessError) as problem:
                print(f"  {title}, round {number + 1}: {kind.name} gave no result: {problem}")
            sys.stdout.flush()
    return results


LABS = (VbetLab, VectorLab, VdeLab, UmlSwitchLab, BridgeLab)
ROUTED_LABS = (VbetLab, VectorLab, UmlSwitchLab)


def stop(number, frame):
    raise KeyboardInterrupt


def main():
    parser = argparse.ArgumentParser(description="Guest to guest through vbet-switch and through other switches.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5, help="of TCP a round")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGALRM, stop)
    signal.alarm(WHOLE_SECONDS)
    try:
        learn()
    except Missing as problem:
        print(f"skipped: guests through one switch: {problem}")
        return 0
    print(f"Guests, {options.rounds} rounds in turns, {options.seconds} s of TCP each ({host()})", flush=True)
    direct = rounds(options.rounds, "direct", LABS, lambda kind: kind(), lambda lab: measure(lab, options.seconds))
    routed = rounds(options.rounds, "routed", ROUTED_LABS, lambda kind: kind(routed=True), measure_routed)
    if not direct[VbetLab.name]:
        return 1
    report(direct, routed)
    print(f"At the end: {host()}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("bench-tcp.py: interrupted")
