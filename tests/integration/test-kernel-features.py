# test-kernel-features.py - the lab kernel has what labs and courses use, at once and without modules: one guest tries all.
import vbetlab

LAB = "h1 = attach(alloc(host), alloc(NIC, ip=[10.0.0.1/24, 2001:db8::1/64]))\ns = alloc(switch)\nlink(h1, s)\n"

# Kinds of "ip link add x type KIND …"; each is made and removed again.
LINKS = """
bridge vlan_filtering 1
bond mode 802.3ad
dummy
ifb
veth peer name y
vlan id 5 link
vlan proto 802.1ad id 5 link
macvlan link
ipvlan link
macvtap link
macsec link
vrf table 10
vxlan id 7 dstport 4789 remote 10.0.0.2
geneve id 7 remote 10.0.0.2
gre local 10.0.0.1 remote 10.0.0.2
gretap local 10.0.0.1 remote 10.0.0.2
ipip local 10.0.0.1 remote 10.0.0.2
sit local 10.0.0.1 remote 10.0.0.2
ip6tnl local 2001:db8::1 remote 2001:db8::2
ip6gre local 2001:db8::1 remote 2001:db8::2
vti local 10.0.0.1 remote 10.0.0.2 key 5
xfrm dev eth0 if_id 5
wireguard
nlmon
""".strip().splitlines()

QDISCS = """
htb
hfsc
prio
ets bands 3
tbf rate 1mbit burst 10k latency 50ms
netem delay 1ms
fq
fq_codel
codel
cake
red limit 60000 avpkt 1000 bandwidth 1mbit
choke limit 60 avpkt 1000 bandwidth 1mbit
sfq
sfb
pie
fq_pie
hhf
drr
qfq
plug
""".strip().splitlines()

FILTERS = """
matchall action drop
protocol ip u32 match ip dst 10.0.0.2/32 police rate 1mbit burst 10k drop
protocol ip flower dst_ip 10.0.0.2 action mirred egress redirect dev lo
protocol ip flower dst_ip 10.0.0.2 action vlan push id 5
protocol ip flower dst_ip 10.0.0.2 action skbedit priority 3
protocol ip flower dst_ip 10.0.0.2 action nat ingress 10.0.0.2 10.0.0.3
protocol ip flower dst_ip 10.0.0.2 action pedit munge ip ttl set 9
protocol ip flower dst_ip 10.0.0.2 action ct
protocol ip basic match 'meta(priority eq 3)' action pass
""".strip().splitlines()

RULES = """
table inet a {
  set s { type ipv4_addr; flags interval,timeout; elements = { 10.1.0.0/16 } }
  map m { type inet_service : verdict; elements = { 22 : accept, 80 : drop } }
  counter c { }
  flowtable f { hook ingress priority 0; devices = { eth0 }; }
  chain i {
    type filter hook input priority 0;
    ct state established,related accept
    tcp dport vmap @m
    ip saddr @s counter name c limit rate 5/second log prefix "x" reject
    meta nfproto ipv6 icmpv6 type echo-request accept
    fib saddr . iif oif missing drop
    socket transparent 1 accept
    tcp flags syn synproxy mss 1460 wscale 7
    ct count over 10 drop
    quota over 10 mbytes drop
    numgen inc mod 2 0 queue num 0 bypass
  }
  chain f { type filter hook forward priority 0; flow add @f; }
}
table ip n {
  chain p { type nat hook postrouting priority 100; masquerade random }
  chain q { type nat hook prerouting priority -100; tcp dport 81 dnat to 10.0.0.9:80; tcp dport 82 redirect to :83 }
  chain t { type filter hook prerouting priority -150; tcp dport 84 tproxy to :85 }
}
table ip6 n { chain p { type nat hook postrouting priority 100; masquerade } }
table arp a { chain i { type filter hook input priority 0; arp operation request accept } }
table bridge b { chain f { type filter hook forward priority 0; ether type ip accept } }
table netdev d { chain i { type filter hook ingress device eth0 priority 0; ip dscp set cs1 } }
"""

OTHERS = """
ip -6 route add 2001:db8:1::/64 via 2001:db8::2
ip route add 10.9.0.0/24 nexthop via 10.0.0.2 nexthop via 10.0.0.3
ip rule add fwmark 5 table 100
ip -6 rule add from 2001:db8::/64 table 100
ip nexthop add id 5 via 10.0.0.2 dev eth0
sysctl -qw net.mpls.platform_labels=1000 net.mpls.conf.eth0.input=1
ip -f mpls route add 100 as 200 via inet 10.0.0.2
ip route add 10.8.0.0/24 encap mpls 300 via 10.0.0.2
ip -6 route add 2001:db8:2::/64 encap seg6 mode encap segs 2001:db8::2 dev eth0
ip -6 route add 2001:db8:3::1/128 encap seg6local action End dev eth0
ip xfrm state add src 10.0.0.1 dst 10.0.0.2 proto esp spi 1 mode tunnel enc 'cbc(aes)' 0x00112233445566778899aabbccddeeff auth 'hmac(sha256)' 0x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
ip xfrm state add src 10.0.0.1 dst 10.0.0.2 proto esp spi 2 mode tunnel aead 'rfc4106(gcm(aes))' 0x00112233445566778899aabbccddeeff00112233 128
ip xfrm state add src 10.0.0.1 dst 10.0.0.2 proto ah spi 3 mode transport auth 'hmac(sha1)' 0x0011223344556677889900112233445566778899
ip xfrm state add src 2001:db8::1 dst 2001:db8::2 proto esp spi 4 mode tunnel aead 'rfc7539esp(chacha20,poly1305)' 0x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff00112233 128
ip l2tp add tunnel tunnel_id 1 peer_tunnel_id 1 encap udp local 10.0.0.1 remote 10.0.0.2 udp_sport 5000 udp_dport 5000
ip tuntap add mode tap name t0
ip netns add x && ip netns exec x ip link set lo up
test -c /dev/ppp
iptables -A INPUT -p tcp --dport 1 -m conntrack --ctstate NEW -m comment --comment x -j ACCEPT
iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE
iptables-legacy -A INPUT -p tcp -m multiport --dports 1,2 -j REJECT
ip6tables-legacy -t mangle -A FORWARD -j TCPMSS -p tcp --syn --clamp-mss-to-pmtu
iptables-save | grep -q dport
for c in bbr dctcp vegas westwood cubic; do grep -qw $c /proc/sys/net/ipv4/tcp_available_congestion_control || exit 1; done
for f in overlay squashfs nfs hostfs ext2 tmpfs; do grep -qw $f /proc/filesystems || exit 1; done
mkdir -p /tmp/l /tmp/u /tmp/w /tmp/m && mount -t tmpfs t /tmp/u && mkdir /tmp/u/u /tmp/u/w && mount -t overlay -o lowerdir=/tmp/l,upperdir=/tmp/u/u,workdir=/tmp/u/w o /tmp/m
test -c /dev/hwrng
test -e /sys/class/rtc/rtc0
zcat /proc/config.gz | grep -q CONFIG_UML_TIME_TRAVEL_SUPPORT=y
modprobe -a bonding 8021q vxlan wireguard mpls_router ip_tables nf_conntrack sch_netem tcp_bbr macvlan
test ! -e /proc/modules
""".strip().splitlines()


def tries():
    """(what, shell command) of each."""
    for link in LINKS:
        words = link.removesuffix(" link")
        place = "link eth0 " if link.endswith(" link") else ""
        yield f"link {words}", f"ip link add {place}name x type {words} && ip link del x"
    for qdisc in QDISCS:
        yield f"qdisc {qdisc}", f"tc qdisc add dev eth0 root {qdisc} && tc qdisc del dev eth0 root"
    yield "qdisc clsact", "tc qdisc add dev eth0 clsact"
    for words in FILTERS:
        yield f"filter {words}", f"tc filter add dev eth0 ingress {words} && tc filter del dev eth0 ingress"
    yield "nftables", f"nft -f - <<'END'\n{RULES}END\nnft flush ruleset"
    for command in OTHERS:
        yield command, command


def everything_is_there(place):
    lab = place.run(place.write("one.vbet", LAB))
    links = place.exec(lab, "h1", "sh", "-c", "ls -d /sys/class/net/*/ | xargs -n 1 basename").stdout.split()
    assert sorted(links) == ["eth0", "lo"], links  # and nothing that a kernel makes by itself
    failures = []
    for what, command in tries():
        result = place.exec(lab, "h1", "sh", "-c", command, check=False)
        if result.returncode != 0:
            failures.append(f"{what}: {(result.stderr or result.stdout).strip()[:300]}")
    assert not failures, "\n" + "\n".join(failures)
    result = place.exec(lab, "h1", "modprobe", "no_such_module", check=False)
    assert result.returncode == 1 and "not found" in result.stderr, result
    place.stop(lab)


vbetlab.main(everything_is_there)
