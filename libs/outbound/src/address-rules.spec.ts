import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AddressRules, isPublicAddress } from './address-rules.ts';
import { AllowList } from './allow-list.ts';

/** Networks nobody outside may be sent to, as the registries of special addresses have them. */
const FOUR = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const;

function number(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function dotted(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
}

/** Any address of a network. */
function within(network: string, bits: number): fc.Arbitrary<string> {
  const size = 2 ** (32 - bits);
  return fc.integer({ min: 0, max: size - 1 }).map((offset) => dotted(number(network) + offset));
}

const inside = fc.oneof(...FOUR.map(([network, bits]) => within(network, bits)));
const hex = (address: string): string => {
  const value = number(address);
  return `${(value >>> 16).toString(16)}:${(value & 0xffff).toString(16)}`;
};

describe('an address', () => {
  it('of a network that is not the world’s is not public', () => {
    fc.assert(
      fc.property(inside, (address) => {
        expect(isPublicAddress(address)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it('is public outside of all of them', () => {
    const isInside = (value: number): boolean =>
      FOUR.some(([network, bits]) => Math.floor(value / 2 ** (32 - bits)) === number(network) / 2 ** (32 - bits));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (value) => {
        const [first, second] = [value >>> 24, (value >>> 16) & 255];
        fc.pre(!isInside(value) && first !== 192 && !(first === 198 && second === 51)); // some small ones lie in there
        expect(isPublicAddress(dotted(value))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('is not made public by another way to write it', () => {
    fc.assert(
      fc.property(inside, (address) => {
        for (const way of [
          `::ffff:${address}`,
          `::ffff:${hex(address)}`,
          `::${hex(address)}`,
          `64:ff9b::${hex(address)}`,
          `64:ff9b:1::${hex(address)}`,
          `2002:${hex(address)}::1`,
          `2001:0:${hex(address)}::1`,
        ])
          expect([way, isPublicAddress(way)]).toEqual([way, false]);
      }),
    );
  });

  it.each([
    '::',
    '::1',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'fc00::1',
    'fd12::1',
    'ff02::1',
    '100::1',
    '2001:db8::1',
    '3fff::1',
    '5f00::1',
    '4000::1',
  ])('like %s is not public', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each(['1.1.1.1', '172.15.255.255', '172.32.0.0', '2606:4700::1111', '2a00::1'])('like %s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each(['', '127.1', '0177.0.0.1', '2130706433', '0x7f.0.0.1', 'localhost', '1.2.3.4.5', '256.1.1.1'])(
    'is not %j',
    (text) => {
      expect(isPublicAddress(text)).toBe(false);
    },
  );
});

describe('the list of what is allowed besides', () => {
  const rules = new AddressRules(AllowList.parse('10.1.0.0/16, 127.0.0.1 ,fd00::/8,Receiver.internal'));

  it.each([
    ['x.example', '10.1.2.3', true],
    ['x.example', '10.2.2.3', false],
    ['127.0.0.1', '127.0.0.1', true],
    ['127.0.0.2', '127.0.0.2', false],
    ['x.example', 'fd12::1', true],
    ['x.example', '::ffff:10.1.2.3', false],
    ['receiver.internal', '192.168.0.1', true],
    ['other.receiver.internal', '192.168.0.1', false],
    ['x.example', '1.1.1.1', true],
  ])('says of %s at %s: %s', (host, address, isPermitted) => {
    expect(rules.permits(host, address)).toBe(isPermitted);
  });

  it('is nothing when it is empty', () => {
    expect(new AddressRules(AllowList.parse('')).permits('localhost', '127.0.0.1')).toBe(false);
  });

  it.each(['10.0.0.0/33', '10.0.0/8', '300.1.1.1', 'a b', 'https://x', '-x.example', '2130706433'])(
    'cannot have %s',
    (entry) => {
      expect(() => AllowList.parse(entry)).toThrow(entry);
    },
  );
});
