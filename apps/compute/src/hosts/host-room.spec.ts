import { describe, expect, it } from '@jest/globals';
import { chooseHost } from './host-room.ts';

const host = (host_id: string, disk: bigint, memory: bigint, uefi = false) => ({ host_id, uefi, disk, memory });

describe('the choice of a host', () => {
  it('is the one with the most memory left of those with the disk', () => {
    const hosts = [host('a', 10n, 50n), host('b', 10n, 80n), host('c', 1n, 100n)];
    expect(chooseHost(hosts, { disk: 10n, memory: 20n, uefi: false }, 'r')).toBe('b');
    expect(chooseHost(hosts, { disk: 1n, memory: 20n, uefi: false }, 'r')).toBe('c');
  });

  it('is one with UEFI where that is needed, and refused where none has it', () => {
    const hosts = [host('a', 10n, 50n, true), host('b', 10n, 80n)];
    const needed = { disk: 10n, memory: 20n, uefi: true };
    expect(chooseHost(hosts, needed, 'r')).toBe('a');
    expect(() => chooseHost(hosts.slice(1), needed, 'r')).toThrow(
      expect.objectContaining({ code: 'server.image_unusable' }),
    );
  });

  it.each([
    ['server.host_not_available', [], { region: 'r' }],
    ['server.host_disk_full', [host('a', 9n, 50n), host('b', 3n, 50n)], { needed: '10', available: '9' }],
    ['server.host_memory_full', [host('a', 10n, 19n)], { needed: '20', available: '19' }],
    ['server.host_disk_full', [host('a', -5n, 50n)], { needed: '10', available: '0' }],
  ])('is refused as %s with the figures', (code, hosts, details) => {
    expect(() => chooseHost(hosts, { disk: 10n, memory: 20n, uefi: false }, 'r')).toThrow(
      expect.objectContaining({ code, details }),
    );
  });
});
