import { describe, expect, it } from 'vitest';
import { operatingSystemPoint } from '../points/system-points.ts';
import { parseOsRelease } from './os-release.ts';
import { windowsVersion } from './windows-identity.ts';

describe('what a system says of itself', () => {
  it.each([
    ['Windows Server 2019 Datacenter', '2019'],
    ['Windows Server 2012 R2 Standard', '2012 R2'],
    ['Windows Server (R) 2008 Enterprise', '2008'],
    ['Windows 10 Pro', '10'],
    ['Something', null],
  ])('is of %s %s', (product, version) => {
    expect(windowsVersion(product)).toBe(version);
  });

  it('is read as a shell reads it', () => {
    const values = parseOsRelease(['# one', 'ID="rocky"', "VERSION_ID='9.4'", 'NAME=Rocky Linux', 'nonsense']);
    expect([...values]).toEqual([
      ['ID', 'rocky'],
      ['VERSION_ID', '9.4'],
      ['NAME', 'Rocky Linux'],
    ]);
  });

  it.each([
    ['centos', '7.9.2009', 'centos', '7', 'ok'],
    ['centos', '7.9.2009', 'centos', '7.9', 'ok'],
    ['centos', '7.9.2009', 'centos', '7.6', 'warning'],
    ['centos', '8', 'centos', '7.6', 'problem'],
    ['ubuntu', '22.04', 'ubuntu', '22.10', 'problem'],
    ['windows', '2012', 'windows', '2012 R2', 'problem'],
    ['kylin', 'V10', 'kylin', 'V10', 'ok'],
    [null, '9', 'rocky', '9', 'problem'],
    ['debian', '12', null, null, 'ok'],
  ])('%s %s declared as %s %s is %s', (distro, version, os_distro, os_version, status) => {
    const identity = { distro, version, name: 'a system', where: '/etc/os-release' };
    const declared = { image_type: 'system_disk', architecture: null, boot_mode: null, os_distro, os_version } as const;
    expect(operatingSystemPoint(identity, declared)).toMatchObject({ status });
  });
});
