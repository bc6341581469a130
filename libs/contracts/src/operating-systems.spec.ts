import { describe, expect, it } from 'vitest';
import { catalogueNames, OPERATING_SYSTEMS, operatingSystemFault, PUBLIC_CATALOGUE } from './operating-systems.ts';

describe('the public catalogue', () => {
  it('has the 20 images of the guide by their exact names', () => {
    expect(PUBLIC_CATALOGUE.map(({ name }) => name)).toEqual([
      'Windows 2019 数据中心 64位',
      'Windows 2016 数据中心 64位',
      'Windows 2012 数据中心 64位',
      'Windows 2012 R2 标准中文版64位',
      'Windows 2008 标准中文版64位',
      'CentOS6.8 64位',
      'CentOS7.0 64位',
      'CentOS7.2 64位',
      'CentOS7.3 64位',
      'CentOS7.4 64位',
      'CentOS7.5 64位',
      'CentOS7.6 64位',
      'CentOS7.7 64位',
      'CentOS7.8 64位',
      'CentOS8.0 64位',
      'CentOS8.1 64位',
      'CentOS8.2 64位',
      'Ubuntu 16.04 64位',
      'Ubuntu 18.04 64位',
      'Ubuntu 20.04 64位',
    ]);
  });

  it.each(PUBLIC_CATALOGUE)('$name is of an operating system that is accepted', ({ os_distro, os_version }) => {
    expect(operatingSystemFault({ os_distro, os_version, architecture: 'x86_64' })).toBeNull();
  });

  it('is shown whole by the versions it belongs to', () => {
    const shown = OPERATING_SYSTEMS.flatMap(({ os_distro, versions }) =>
      versions.flatMap((version) => catalogueNames(os_distro, version)),
    );
    expect(shown.sort()).toEqual(PUBLIC_CATALOGUE.map(({ name }) => name).sort());
  });
});

describe('the operating system of an image file', () => {
  it.each([
    ['windows', '2008 R2'],
    ['windows', '2025'],
    ['centos', '6'],
    ['centos', '6.10'],
    ['centos', '7.9.2009'],
    ['ubuntu', '14.04'],
    ['debian', '12'],
    ['rocky', '9.4'],
    ['almalinux', '9'],
    ['openeuler', '22.03'],
    ['anolis', '8.8'],
    ['kylin', 'V10'],
    ['uos', '20'],
    ['opensuse', '15.6'],
    ['fedora-coreos', '42.20250803.3.0'],
  ])('may be %s %s', (os_distro, os_version) => {
    expect(operatingSystemFault({ os_distro, os_version, architecture: 'x86_64' })).toBeNull();
  });

  it.each([
    ['beos', '5', 'x86_64', 'os_distro', /windows, centos, ubuntu, debian/],
    ['Ubuntu', '22.04', 'x86_64', 'os_distro', /one of/],
    ['ubuntu', '22', 'x86_64', 'os_version', /of ubuntu, one of .*22\.04/],
    ['centos', '5.11', 'x86_64', 'os_version', /6 \(any minor\)/],
    ['centos', '7.', 'x86_64', 'os_version', /any minor/],
    ['centos', '7.x', 'x86_64', 'os_version', /any minor/],
    ['centos', '77', 'x86_64', 'os_version', /any minor/],
    ['debian', '12.5', 'x86_64', 'os_version', /13, 12, 11/],
    ['windows', '2019', 'aarch64', 'architecture', /of windows 2019, one of x86_64/],
  ] as const)(
    'is not %s %s on %s, and what is accepted is said',
    (os_distro, os_version, architecture, field, said) => {
      const fault = operatingSystemFault({ os_distro, os_version, architecture });
      expect(fault).toEqual({ field, message: expect.stringMatching(said) });
    },
  );
});
