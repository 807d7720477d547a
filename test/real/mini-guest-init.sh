#!/bin/sh
# Init of the mini guest: drivers, addresses, an echo and a shell for tests, and an ear for the power button.
export PATH=/bin
/bin/busybox --install -s /bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
exec </dev/console >/dev/console 2>&1
for module in /modules/*.ko; do insmod "$module" || echo "insmod $module failed"; done

ip link set lo up
cat >/bin/lease <<'END'
#!/bin/sh
if [ "$1" = bound ]; then
  ip addr add "$ip/$mask" dev "$interface"
  [ -z "$router" ] || ip route add default via "$router"
fi
END
chmod 755 /bin/lease
# PCI slots 1d and 1e are the management NIC and the lab's segment (domain-xml.ts).
for nic in /sys/class/net/*; do
  case "$(readlink -f "$nic/device")" in
    */0000:00:1d.0/*) ip addr add 10.0.2.15/24 dev "${nic##*/}"; ip link set "${nic##*/}" up ;;
    */0000:00:1e.0/*)
      address=$(sed -n 's/.*klab\.ip=\([0-9a-z./]*\).*/\1/p' /proc/cmdline)
      if [ "$address" = dhcp ]; then ip link set "${nic##*/}" up; udhcpc -q -n -t 20 -i "${nic##*/}" -s /bin/lease
      elif [ -n "$address" ]; then ip addr add "$address" dev "${nic##*/}"; ip link set "${nic##*/}" up; fi ;;
  esac
done

for event in /dev/input/event*; do
  (head -c 1 "$event" >/dev/null && echo 'power button' && poweroff -f) &
done
nc -ll -p 7 -e cat &
nc -ll -p 23 -e sh &
# Where klab forwards SSH to.
nc -ll -p 22 -e sh &
echo 'mini guest ready'
while true; do sleep 3600; done
