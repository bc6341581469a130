import { describe, expect, it } from 'vitest';
import { chooseHost, ownMemory } from './host-room.ts';

const host = (host_id: string, disk: bigint, memory: bigint, uefi = false) => ({
  host_id,
  uefi,
  disk,
  memory,
  own_memory: 0n,
});

describe('the choice of a host', () => {
  it('is the one with the most memory left of those with the disk', () => {
    const hosts = [host('a', 10n, 50n), host('b', 10n, 80n), host('c', 1n, 100n)];
    expect(chooseHost(hosts, { disk: 10n, memory: 20n, uefi: false, servers: 1 }, 'r')).toBe('b');
    expect(chooseHost(hosts, { disk: 1n, memory: 20n, uefi: false, servers: 1 }, 'r')).toBe('c');
  });

  it('is one with UEFI where that is needed, and refused where none has it', () => {
    const hosts = [host('a', 10n, 50n, true), host('b', 10n, 80n)];
    const needed = { disk: 10n, memory: 20n, uefi: true, servers: 1 };
    expect(chooseHost(hosts, needed, 'r')).toBe('a');
    expect(() => chooseHost(hosts.slice(1), needed, 'r')).toThrow(
      expect.objectContaining({ code: 'server.image_unusable' }),
    );
  });

  it('counts what each server takes beside its guest, which is more where code is translated', () => {
    expect(ownMemory('tcg')).toBeGreaterThan(ownMemory('kvm'));
    expect(ownMemory(null)).toBe(ownMemory('tcg'));
    const hosts = [
      { ...host('a', 10n, 50n), own_memory: 20n },
      { ...host('b', 10n, 40n), own_memory: 1n },
    ];
    const needed = (servers: number) => ({ disk: 10n, memory: 20n, uefi: false, servers });
    expect(chooseHost(hosts, needed(2), 'r')).toBe('b');
    expect(() => chooseHost(hosts.slice(0, 1), needed(2), 'r')).toThrow(
      expect.objectContaining({ code: 'server.host_memory_full', details: { needed: '60', available: '50' } }),
    );
  });

  it.each([
    ['server.host_not_available', [], { region: 'r' }],
    ['server.host_disk_full', [host('a', 9n, 50n), host('b', 3n, 50n)], { needed: '10', available: '9' }],
    ['server.host_memory_full', [host('a', 10n, 19n)], { needed: '20', available: '19' }],
    ['server.host_disk_full', [host('a', -5n, 50n)], { needed: '10', available: '0' }],
  ])('is refused as %s with the figures', (code, hosts, details) => {
    expect(() => chooseHost(hosts, { disk: 10n, memory: 20n, uefi: false, servers: 1 }, 'r')).toThrow(
      expect.objectContaining({ code, details }),
    );
  });
});
