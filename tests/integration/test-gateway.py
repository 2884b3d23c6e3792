# test-gateway.py - where a lab meets the real host: gateways (NAT, DHCP, DNS, forwards, isolation) and TAP devices,
# with real guests. As root it moves into network and mount namespaces of its own, so that its name server, its TAP
# devices and its ports touch nothing of the host; else the tests of DNS and TAP are left out, which is said.
import http.server
import os
import pathlib
import socket
import subprocess
import threading

import vbetlab
from vbetlab import wait_until

NAT = """
gw = alloc(gateway%s)
s = alloc(switch)
h1 = attach(alloc(host, services=web), alloc(NIC, dhcp=yes))
h2 = attach(alloc(host, services=web, gateway=10.0.2.2, dns=10.0.2.3), alloc(NIC, ip=10.0.2.50/24))
link(gw, s)
link(h1, s)
link(h2, s)
"""
TAP = """
t = alloc(tap%s)
h1 = attach(alloc(host, services=web), alloc(NIC, ip=10.77.0.1/24))
link(t, h1)
"""


OWN = vbetlab.own_world()


def bind(source, target):
    subprocess.run(["mount", "--bind", source, os.path.realpath(target)], check=True)


class Web:
    """A server at 127.0.0.1 and ::1 of the host."""

    def __enter__(self):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # noqa: N802
                body = b"the real host\n" * 1000
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Server6(http.server.ThreadingHTTPServer):
            address_family = socket.AF_INET6

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = server.server_address[1]
        self.servers = [server, Server6(("::1", self.port), Handler)]
        for server in self.servers:
            threading.Thread(target=server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        for server in self.servers:
            server.shutdown()
            server.server_close()


class Names:
    """A name server that says 192.0.2.7 whatever it is asked."""

    def __enter__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 53))
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def serve(self):
        while True:
            try:
                question, sender = self.socket.recvfrom(512)
            except OSError:
                return
            if len(question) < 17:
                continue
            end = question.index(b"\0", 12) + 5
            is_a = question[end - 4 : end - 2] == b"\0\1"
            answer = question[:2] + b"\x81\x80\0\1" + (b"\0\1" if is_a else b"\0\0") + b"\0\0\0\0" + question[12:end]
            if is_a:
                answer += b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\7"
            self.socket.sendto(answer, sender)

    def __exit__(self, *_):
        self.socket.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def fetch(port, host="127.0.0.1"):
    """What a web server of the lab says through the host's port; "" when nothing."""
    try:
        with socket.create_connection((host, port), timeout=2) as connection:
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            said = b""
            while piece := connection.recv(65536):
                said += piece
            return said.decode(errors="replace")
    except OSError:
        return ""


def curl(place, lab, node, url):
    return place.exec(lab, node, "curl", "-s", "-g", "--max-time", "3", url, check=False)


def failed_calls(place, lab):
    return [call for call in place.rpc(lab, "lab.calls")["calls"] if call["state"] == "failed"]


def run_with_failures(place, lab_file):
    place.ctl("run", "--detach", "--keep-failed", lab_file, check=False)
    return place.labs()[0]


def nat_and_dhcp(place):
    with Web() as web:
        lab = place.run(place.write("nat.vbet", NAT % ", host=yes"))
        assert not failed_calls(place, lab), failed_calls(place, lab)
        gateway = place.device(lab, "gw")
        assert gateway["state"] == "ready" and gateway["pid"] > 0, gateway
        assert {"no_new_privs", "calls"} <= set(gateway["layers"]), gateway
        assert "calls" in place.status(lab)["switch"]["layers"], place.status(lab)["switch"]
        # h1 has everything by DHCP, h2 has it written.
        wait_until(lambda: "10.0.2.15/24" in place.exec(lab, "h1", "ip", "addr").stdout, 10, "an address by DHCP")
        assert "default via 10.0.2.2" in place.exec(lab, "h1", "ip", "route").stdout
        assert "10.0.2.3" in place.exec(lab, "h1", "cat", "/etc/resolv.conf").stdout
        for node in ("h1", "h2"):
            page = curl(place, lab, node, f"http://10.0.2.2:{web.port}/")
            assert len(page.stdout) == 14000, (node, page)
        assert place.exec(lab, "h2", "ping", "-c", "1", "-W", "2", "10.0.2.2", check=False).returncode == 0
        # IPv6: a prefix is advertised, and the gateway answers.
        wait_until(lambda: "fd56:4245:a00:200:" in place.exec(lab, "h1", "ip", "-6", "addr").stdout, 10, "IPv6")
        ping6 = ["ping", "-n", "-6", "-c", "1", "-W", "2", "fd56:4245:a00:200::2"]
        # Not at once: an address is tentative for a second or more.
        wait_until(lambda: place.exec(lab, "h1", *ping6, check=False).returncode == 0, 20, "an answer by IPv6")
        # Its process dies; the lab goes on.
        place.remember(lab)
        vbetlab.Process(gateway["pid"]).kill()
        wait_until(lambda: place.device(lab, "gw").get("restarts") == 1, 5, "it is started again")
        wait_until(lambda: curl(place, lab, "h2", f"http://10.0.2.2:{web.port}/").stdout != "", 5, "NAT works again")
        # So does the switch.
        vbetlab.Process(place.status(lab)["switch"]["pid"]).kill()
        wait_until(lambda: place.status(lab)["switch"]["restarts"] == 1, 5, "the switch is started again")
        wait_until(lambda: curl(place, lab, "h2", f"http://10.0.2.2:{web.port}/").stdout != "", 5, "NAT again")
        assert place.device(lab, "gw")["restarts"] == 1
        assert not failed_calls(place, lab), failed_calls(place, lab)
        place.stop(lab)


def forwards(place):
    one, two, three = free_port(), free_port(), free_port()
    text = f', forward=["tcp:{one}:h1:80", "tcp:{two}:h2:80"]'
    lab = place.run(place.write("forward.vbet", NAT % text))
    assert not failed_calls(place, lab), failed_calls(place, lab)
    # h1 has its address by DHCP: the forward follows its NIC.
    wait_until(lambda: "200 OK" in fetch(one), 10, "h1's page at the host's port")
    targets = [forward["target"] for forward in place.device(lab, "gw")["forwards"]]
    assert targets == ["10.0.2.15:80", "10.0.2.50:80"], targets
    wait_until(lambda: "200 OK" in fetch(two), 5, "h2's port")
    assert fetch(three) == ""
    # Changed while it runs: at once.
    place.ctl("call", lab, f'set(gw, forward="tcp:{three}:h2:80")')
    wait_until(lambda: "200 OK" in fetch(three), 5, "the new port")
    assert fetch(two) == ""
    # The guest has another address now.
    place.ctl("call", lab, "set(NIC(h2, 1), ip=10.0.2.60/24)")
    wait_until(lambda: "200 OK" in fetch(three), 5, "the forward follows the address")
    # What cannot be done says why, and the rest works.
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        place.ctl("call", lab, f'set(gw, forward=["tcp:{port}:h2:80", "tcp:{one}:h1:80"])', check=False)
        assert f"Port {port} of the real host is in use" in failed_calls(place, lab)[-1]["error"]
        # The new process knows h1's address, though h1 does not ask again.
        wait_until(lambda: "200 OK" in fetch(one), 5, "the other forward")
    place.ctl("call", lab, f'set(gw, forward="tcp:{two}:10.9.9.9:80")', check=False)
    assert "leads nowhere" in failed_calls(place, lab)[-1]["error"]
    assert place.device(lab, "gw")["state"] == "ready"
    place.stop(lab)


def isolated(place):
    port = free_port()
    with Web() as web:
        lab = place.run(place.write("isolated.vbet", NAT % f', isolated=yes, host=yes, forward="tcp:{port}:h1:80"'))
        wait_until(lambda: "200 OK" in fetch(port), 10, "the forward still leads in")
        for address in ("10.0.2.2", "[fd56:4245:a00:200::2]"):
            assert curl(place, lab, "h1", f"http://{address}:{web.port}/").stdout == "", address
        # A datagram does not get out either.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
            ear.bind(("127.0.0.1", 0))
            ear.settimeout(1)
            place.exec(lab, "h2", "sh", "-c", f"echo out | nc -u -w 1 10.0.2.2 {ear.getsockname()[1]}; true")
            try:
                raise AssertionError(f"got out: {ear.recv(100)}")
            except TimeoutError:
                pass
        place.ctl("call", lab, "set(gw, isolated=no)")
        wait_until(lambda: curl(place, lab, "h1", f"http://10.0.2.2:{web.port}/").stdout != "", 5, "it is open now")
        place.stop(lab)


def ask_udp(port):
    """What comes back for a datagram to a forwarded port; b"" when nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.settimeout(1)
        asker.connect(("127.0.0.1", port))
        try:
            asker.send(b"hello")
            return asker.recv(100)
        except OSError:
            return b""


# The guest's kernel as its root can make it: addresses of the loopback network are sent out like others.
ROUTE_LOOPBACK = """
set -e
sysctl -qw net.ipv4.conf.all.route_localnet=1
ip addr flush dev lo
ip route flush table local 127.0.0.0/8 2>/dev/null || true
ip route add 127.0.0.0/8 via 10.0.2.2 dev eth0 src 10.0.2.50
"""


def own_services(place):
    tcp, udp = free_port(), free_port()
    with Web() as web:
        text = f', forward=["tcp:{tcp}:h2:80", "udp:{udp}:h2:9"]'
        lab = place.run(place.write("own.vbet", NAT % text))
        wait_until(lambda: "200 OK" in fetch(tcp), 10, "a forward leads in")
        addresses = ["10.0.2.2", "[fd56:4245:a00:200::2]", "127.0.0.1", "127.1.2.3"]
        place.exec(lab, "h2", "sh", "-c", ROUTE_LOOPBACK)
        for address in addresses:
            assert curl(place, lab, "h2", f"http://{address}:{web.port}/").stdout == "", address
        # The way back of a forward is none to the host's services.
        place.exec(lab, "h2", "sh", "-c", "setsid socat UDP4-RECVFROM:9,fork EXEC:cat >/dev/null 2>&1 & exit 0")
        wait_until(lambda: ask_udp(udp) == b"hello", 10, "a forwarded port of UDP answers")
        place.ctl("call", lab, "set(gw, host=yes)")
        for address in addresses[:3]:
            wait_until(lambda: len(curl(place, lab, "h2", f"http://{address}:{web.port}/").stdout) == 14000, 10, address)
        assert ask_udp(udp) == b"hello"
        place.ctl("call", lab, "set(gw, host=no)")
        wait_until(lambda: curl(place, lab, "h2", f"http://10.0.2.2:{web.port}/").stdout == "", 10, "it is closed again")
        place.stop(lab)


def no_dhcp_and_another_network(place):
    text = """
    gw = alloc(gateway, network=192.168.7.0/28, dhcp=no)
    h1 = attach(alloc(host), alloc(NIC, ip=192.168.7.5/28))
    link(gw, h1)
    """
    lab = place.run(place.write("small.vbet", text))
    assert place.exec(lab, "h1", "ping", "-c", "1", "-W", "2", "192.168.7.2", check=False).returncode == 0
    asked = place.exec(lab, "h1", "sh", "-c", "udhcpc -n -q -t 2 -T 1 -i eth0 -s /bin/true", check=False)
    assert asked.returncode != 0, asked.stdout
    place.ctl("call", lab, "set(gw, dhcp=yes)")
    asked = place.exec(lab, "h1", "sh", "-c", "udhcpc -n -q -t 5 -T 1 -i eth0 -s /bin/true", check=False)
    assert asked.returncode == 0 and "192.168.7." in asked.stderr + asked.stdout, asked
    # It goes while the lab runs, with its process.
    process = vbetlab.Process(place.device(lab, "gw")["pid"])
    place.ctl("call", lab, "free(gw)")
    wait_until(lambda: not process.alive(), 5, "the process is gone")
    assert not failed_calls(place, lab), failed_calls(place, lab)
    place.stop(lab)


def given_up_and_healed(place):
    lab = place.run(place.write("nat.vbet", NAT % ""))
    for deaths in range(1, 6):
        place.remember(lab)
        vbetlab.Process(place.device(lab, "gw")["pid"]).kill()
        if deaths < 5:
            wait_until(lambda: place.device(lab, "gw")["restarts"] == deaths, 5, "it is started again")
            wait_until(lambda: place.device(lab, "gw")["pid"] > 0, 5, "it runs")
    wait_until(lambda: "error" in place.device(lab, "gw"), 5, "it is given up")
    device = place.device(lab, "gw")
    assert device["state"] == "failed" and "five times" in device["error"], device
    place.ctl("call", lab, "set(gw, network=10.0.2.0/25)")
    device = place.device(lab, "gw")
    assert device["state"] == "ready" and "error" not in device, device
    assert place.exec(lab, "h2", "ping", "-n", "-c", "1", "-W", "2", "10.0.2.2", check=False).returncode == 0
    place.stop(lab)


def names(place):
    """Also with a name server that is known by an interface, which the gateway's process asks the kernel about."""
    resolver = place.write("resolv.conf", "nameserver fe80::53%lo\nnameserver 127.0.0.1\n")
    bind(resolver, "/etc/resolv.conf")
    try:
        with Names():
            lab = place.run(place.write("names.vbet", NAT % ""))
            found = place.exec(lab, "h2", "getent", "hosts", "any.example", check=False)
            if found.returncode == 127:
                found = place.exec(lab, "h2", "nslookup", "any.example", check=False)
            assert "192.0.2.7" in found.stdout, found
            # By IPv6, too: nobody is there to answer, but the gateway looks for who would.
            wait_until(lambda: "fd56:4245:a00:200:" in place.exec(lab, "h1", "ip", "-6", "addr").stdout, 10, "IPv6")
            place.exec(lab, "h1", "nslookup", "any.example", "fd56:4245:a00:200::3", check=False)
            assert place.status(lab)["alarms"] == [], place.status(lab)["alarms"]
            place.stop(lab)
    finally:
        subprocess.run(["umount", os.path.realpath("/etc/resolv.conf")], check=True)


def tap_refused(place):
    lab_file = place.write("tap.vbet", TAP % ', device="vbt-none"')
    lab = run_with_failures(place, lab_file)
    place.remember(lab)
    failed = failed_calls(place, lab)
    assert len(failed) == 1 and "as root run" in failed[0]["error"], failed
    device = place.device(lab, "t")
    assert device["state"] == "failed" and device["error"] == failed[0]["error"], device
    assert place.exec(lab, "h1", "cat", "/sys/class/net/eth0/operstate").stdout.strip() != "up"
    place.stop(lab)


def tap(place):
    user = "nobody"
    node = place.base / "tun"
    os.mknod(node, 0o666 | 0o020000, os.makedev(10, 200))
    node.chmod(0o666)
    bind(node, "/dev/net/tun")
    try:
        add = f"ip tuntap add dev vbt0 mode tap user {user}; ip addr add 10.77.0.9/24 dev vbt0; ip link set vbt0 up"
        lab_file = place.write("tap.vbet", TAP % "")
        lab = run_with_failures(place, lab_file)
        place.remember(lab)
        failed = failed_calls(place, lab)
        assert len(failed) == 1 and "ip tuntap add" in failed[0]["error"], failed
        # Done as it says, and the call retried.
        subprocess.run(["sh", "-e", "-c", add], check=True)
        retried = place.rpc(lab, "call.retry", number=failed[0]["number"])["call"]
        assert retried["state"] == "done", retried
        device = place.device(lab, "t")
        assert device["state"] == "ready" and device["device"] == "vbt0", device
        wait_until(lambda: "200 OK" in fetch(80, "10.77.0.1"), 10, "the guest's page, from the host by the TAP")
        ping = ["ping", "-c", "2", "-i", "0.3", "-W", "2", "-s", "1472", "10.77.0.9"]
        assert place.exec(lab, "h1", *ping, check=False).returncode == 0
        # The switch process dies; the device stays.
        vbetlab.Process(place.status(lab)["switch"]["pid"]).kill()
        wait_until(lambda: place.status(lab)["switch"]["restarts"] == 1, 5, "the switch is started again")
        wait_until(lambda: "200 OK" in fetch(80, "10.77.0.1"), 10, "the TAP works again")
        # Taken away under the lab: it says so, and nothing spins.
        subprocess.run(["ip", "link", "del", "vbt0"], check=True)
        wait_until(lambda: place.device(lab, "t")["state"] == "failed", 5, "the loss is noticed")
        assert "taken from the host" in place.device(lab, "t")["error"]
        place.stop(lab)
    finally:
        subprocess.run(["umount", "/dev/net/tun"], check=True)


tests = [nat_and_dhcp, forwards, isolated, own_services, no_dhcp_and_another_network, given_up_and_healed, tap_refused]
if OWN:
    tests.append(names)
else:
    print("left out: names (needs root, for a name server of its own)")
if OWN and pathlib.Path("/dev/net/tun").exists():
    tests.append(tap)
else:
    print("left out: tap (needs root and /dev/net/tun, for a TAP device of its own)")
vbetlab.main(*tests)
