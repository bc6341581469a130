/** Begins the line the guest writes once it has an address: `IMAGO DEMO address 10.0.2.15`. */
export const ADDRESS_MARKER = 'IMAGO DEMO address';

/** The line the guest writes once the script in its user data has ended. */
export const USER_DATA_MARKER = 'IMAGO DEMO user-data done';

/** Kernel modules of the network card, each after those it needs. */
const NETWORK_MODULES = ['failover', 'net_failover', 'virtio_net'] as const;

/** Kernel modules needed to read the disk that cloud-init reads. */
const SEED_MODULES = ['nls_cp437', 'nls_ascii', 'fat', 'vfat'] as const;

/** What {@link NETWORK_START} loads. */
export const CLOUD_MODULES = [...NETWORK_MODULES, ...SEED_MODULES] as const;

/** What the DHCP client calls with what it was told, in its environment. */
export const DHCP_SCRIPT = `#!/bin/sh
[ "$1" = bound ] || exit 0
ip addr add "$ip/$mask" dev "$interface"
for each in $router; do ip route add default via "$each" && break; done
echo "${ADDRESS_MARKER} $ip"
`;

/**
 * Runs beside everything else once the guest is up: an address for each network card, then the least that can be called
 * cloud-init (a host name, and user data that is a script, once for every instance, whatever becomes of it).
 */
export const NETWORK_START = `#!/bin/busybox sh
export PATH=/bin:/sbin
for module in ${CLOUD_MODULES.join(' ')}; do insmod /lib/modules/$module.ko; done
ip link set lo up
for card in /sys/class/net/*; do
  card=\${card##*/}
  [ $card = lo ] && continue
  ip link set $card up
  udhcpc -i $card -s /etc/dhcp -f -n -q -t 20 -T 1 | grep '^${ADDRESS_MARKER}'
done
seed=$(findfs LABEL=cidata 2>/dev/null) || exit 0
mount -t vfat -o ro $seed /mnt || exit 0
instance=$(sed -n 's/^instance-id: *//p' /mnt/meta-data)
name=$(sed -n 's/^local-hostname: *//p' /mnt/meta-data)
cp /mnt/user-data /run/user-data 2>/dev/null
umount /mnt
hostname "\${name:-imago-demo}"
[ "$instance" = "$(cat /var/lib/instance 2>/dev/null)" ] && exit 0
echo "$instance" > /var/lib/instance
sync
[ "$(head -c 2 /run/user-data 2>/dev/null)" = '#!' ] || exit 0
chmod 700 /run/user-data
/run/user-data
echo '${USER_DATA_MARKER}'
`;
