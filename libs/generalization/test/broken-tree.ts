import { DEBIAN, type Tree } from '@imago/readiness/testing';

/** What no generalized disk has anywhere. */
export const SECRET = 'what-the-private-key-is';

/** A file of many pieces: every second block of it is a hole. */
function inPieces(blocks: number): Buffer {
  const content = Buffer.alloc(blocks * 8192);
  for (let at = 0; at < content.length; at += 8192) content.write('SUBSYSTEM=="net", NAME="eth0"\n', at);
  return content;
}

/** A Debian with everything wrong that is mended. */
export const BROKEN: Tree = {
  ...DEBIAN,
  'etc/cloud/cloud.cfg': 'cloud_init_modules:\n  - seed_random\n  - ssh\n',
  'etc/cloud/cloud.cfg.d/99-network.cfg': 'network: {config: disabled}\n',
  'usr/sbin/dhclient': 'program',
  // Longer than it need be: the blocks it has too many are given back.
  'etc/machine-id': `0123456789abcdef0123456789abcdef\n${' '.repeat(9000)}`,
  'var/lib/dbus/machine-id': '0123456789abcdef0123456789abcdef\n',
  'etc/ssh/ssh_host_rsa_key': Buffer.alloc(9000, SECRET),
  'etc/ssh/ssh_host_rsa_key.pub': 'ssh-rsa AAAA root@web-1\n',
  'etc/ssh/ssh_host_ed25519_key': SECRET,
  'etc/udev/rules.d/70-persistent-net.rules': inPieces(40),
  'etc/fstab': '# <file system>\n/dev/sda1\t/ ext4 errors=remount-ro 0 1\n/dev/sda2 none  swap sw 0 0\n',
  'etc/network/interfaces': [
    'auto lo eth0',
    'iface lo inet loopback',
    'iface eth0 inet static',
    '    address 10.0.0.2/24',
    '    gateway 10.0.0.1',
    '    dns-nameservers 10.0.0.1',
    '    mtu 1400',
    '',
  ].join('\n'),
};

/** What the files are to be. */
export const MENDED: Readonly<Record<string, string>> = {
  '/etc/machine-id': '',
  '/var/lib/dbus/machine-id': '',
  '/etc/ssh/ssh_host_rsa_key': '',
  '/etc/ssh/ssh_host_rsa_key.pub': '',
  '/etc/ssh/ssh_host_ed25519_key': '',
  '/etc/udev/rules.d/70-persistent-net.rules': '',
  '/etc/network/interfaces': [
    'auto lo eth0',
    'iface lo inet loopback',
    'iface eth0 inet dhcp',
    '#    address 10.0.0.2/24',
    '#    gateway 10.0.0.1',
    '#    dns-nameservers 10.0.0.1',
    '    mtu 1400',
    '',
  ].join('\n'),
};
