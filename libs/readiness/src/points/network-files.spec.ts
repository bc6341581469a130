import { describe, expect, it } from 'vitest';
import { readIfcfg, readInterfaces, readKeyfile, readNetplan, readNetworkd } from './network-files.ts';

const DHCP = [{ kind: 'dhcp', line: 2 }];
const FIXED = [{ kind: 'static', line: 2 }];

describe('a file that configures the network', () => {
  it.each([
    ['interfaces', readInterfaces, 'auto eth0\niface eth0 inet dhcp', DHCP],
    ['interfaces', readInterfaces, 'auto eth0\niface eth0 inet static', FIXED],
    ['interfaces of the loopback', readInterfaces, 'auto lo\niface lo inet loopback', []],
    ['ifcfg', readIfcfg, 'DEVICE=eth0\nBOOTPROTO="dhcp"\nIPADDR=10.0.0.2', DHCP],
    ['ifcfg', readIfcfg, 'BOOTPROTO=none\nIPADDR=10.0.0.2', FIXED],
    ['ifcfg without an address', readIfcfg, 'BOOTPROTO=none\nONBOOT=yes', []],
    ['netplan', readNetplan, 'eth0:\n  dhcp4: true', DHCP],
    ['netplan', readNetplan, 'eth0:\n  addresses: [10.0.0.2/24]', FIXED],
    ['netplan of name servers', readNetplan, 'nameservers:\n  addresses: [10.0.0.1]', []],
    ['a keyfile', readKeyfile, '[ipv4]\nmethod=auto', DHCP],
    ['a keyfile', readKeyfile, '[ipv4]\nmethod=manual', FIXED],
    ['a keyfile for IPv6 alone', readKeyfile, '[ipv6]\nmethod=auto', []],
    ['networkd', readNetworkd, '[Network]\nDHCP=yes', DHCP],
    ['networkd', readNetworkd, '[Network]\nAddress=10.0.0.2/24', FIXED],
    ['networkd, of a remark', readNetworkd, '[Network]\n#DHCP=yes', []],
  ])('is read as %s', (_name, read, text, said) => {
    expect(read(text.split('\n'))).toEqual(said);
  });
});
