import { describe, expect, it } from 'vitest';
import { Refusal } from '../generalization.ts';
import { ifcfgByDhcp, withoutAddress } from './ifcfg.ts';
import { ifupdownByDhcp, stanzasByCard } from './ifupdown.ts';

function ifupdown(text: string): string | Refusal {
  return ifupdownByDhcp(text, stanzasByCard([text]));
}

const CARD = 'iface eth0 inet static\n  address 10.0.0.2';

describe('a card with a fixed address', () => {
  it.each([
    ['ifupdown', ifupdown, `${CARD}\n  mtu 1400`, 'iface eth0 inet dhcp\n#  address 10.0.0.2\n  mtu 1400'],
    [
      'ifupdown with others',
      ifupdown,
      `auto lo\niface lo inet loopback\n${CARD}\nauto eth1\niface eth1 inet dhcp`,
      'auto lo\niface lo inet loopback\niface eth0 inet dhcp\n#  address 10.0.0.2\nauto eth1\niface eth1 inet dhcp',
    ],
    [
      'ifcfg',
      ifcfgByDhcp,
      'DEVICE=eth0\nBOOTPROTO=none\nIPADDR=10.0.0.2\nPREFIX=24\n',
      'DEVICE=eth0\nBOOTPROTO=dhcp\n#IPADDR=10.0.0.2\n#PREFIX=24\n',
    ],
    [
      'ifcfg that says nothing of how',
      ifcfgByDhcp,
      "DEVICE=eth0\nIPADDR='10.0.0.2'\n",
      "BOOTPROTO=dhcp\nDEVICE=eth0\n#IPADDR='10.0.0.2'\n",
    ],
    [
      'ifcfg that is bound to a card',
      withoutAddress,
      'DEVICE=eth0\nHWADDR=52:54:00:00:00:01\n',
      'DEVICE=eth0\n#HWADDR=52:54:00:00:00:01\n',
    ],
  ])('is rewritten in %s', (_name, rewrite, text, rewritten) => {
    expect(rewrite(text)).toBe(rewritten);
  });

  it.each([
    ['commands', ifupdown, `${CARD}\n  up ip route add default via 10.0.0.1`],
    ['two addresses', ifupdown, `${CARD}\n${CARD}`],
    ['an alias', ifupdown, CARD.replace('eth0', 'eth0:1')],
    ['an address of IPv6', ifupdown, CARD.replace('inet', 'inet6')],
    ['what it inherits', ifupdown, CARD.replace('static', 'static inherits base')],
    ['lines that go on', ifupdown, `${CARD} \\\n  netmask 255.0.0.0`],
    ['a bridge', ifcfgByDhcp, 'DEVICE=eth0\nBRIDGE=br0\nIPADDR=10.0.0.2\n'],
    ['another kind of card', ifcfgByDhcp, 'DEVICE=br0\nTYPE=Bridge\nIPADDR=10.0.0.2\n'],
    ['commands of a shell', ifcfgByDhcp, 'DEVICE=eth0\nIPADDR=10.0.0.2\nif true; then\n'],
    ['nothing but the address of the card', withoutAddress, 'HWADDR=52:54:00:00:00:01\n'],
  ])('is left where it has %s', (_what, rewrite, text) => {
    expect(rewrite(text)).toMatchObject({ code: 'not_safe' });
  });
});
