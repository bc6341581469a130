import { describe, expect, it } from '@jest/globals';
import { chooseHost } from './host-room.ts';

const host = (host_id: string, disk: bigint, memory: bigint) => ({ host_id, disk, memory });

describe('the choice of a host', () => {
  it('is the one with the most memory left of those with the disk', () => {
    const hosts = [host('a', 10n, 50n), host('b', 10n, 80n), host('c', 1n, 100n)];
    expect(chooseHost(hosts, { disk: 10n, memory: 20n }, 'r')).toBe('b');
    expect(chooseHost(hosts, { disk: 1n, memory: 20n }, 'r')).toBe('c');
  });

  it.each([
    ['server.host_not_available', [], { region: 'r' }],
    ['server.host_disk_full', [host('a', 9n, 50n), host('b', 3n, 50n)], { needed: '10', available: '9' }],
    ['server.host_memory_full', [host('a', 10n, 19n)], { needed: '20', available: '19' }],
    ['server.host_disk_full', [host('a', -5n, 50n)], { needed: '10', available: '0' }],
  ])('is refused as %s with the figures', (code, hosts, details) => {
    expect(() => chooseHost(hosts, { disk: 10n, memory: 20n }, 'r')).toThrow(
      expect.objectContaining({ code, details }),
    );
  });
});
