# The world outside is a network namespace of its own, joined to this host by a cable. There is no way on from there.
set -eu
ip netns add outside
ip link add outside0 type veth peer name eth0 netns outside
ip address add 198.18.0.1/24 dev outside0
ip -6 address add fd00:18::1/64 dev outside0 nodad
ip link set outside0 up
# Where clients come from: the networks that are kept for documentation.
for network in 192.0.2.0/24 198.51.100.0/24 203.0.113.0/24 2001:db8::/32; do ip route add "$network" dev outside0; done

ip -n outside link set lo up
ip -n outside link set eth0 up
# OpenAI, Telegram, and a proxy that clients may come through.
for address in 2 3 9; do ip -n outside address add "198.18.0.$address/24" dev eth0; done
ip -n outside -6 address add fd00:18::2/64 dev eth0 nodad
