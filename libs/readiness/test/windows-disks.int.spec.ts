import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examined, faults } from '../src/testing/examined.ts';
import { DiskPrograms } from '../src/testing/programs.ts';
import { SampleDisks, writeBootCode } from '../src/testing/sample-disks.ts';
import { sampleWindows } from './sample-windows.ts';

const DECLARED = { os_distro: 'windows', os_version: '2019' };

let programs: DiskPrograms;
let disks: SampleDisks;

beforeAll(async () => {
  programs = await DiskPrograms.open();
  disks = new SampleDisks(programs);
});

afterAll(() => programs.close());

async function windowsDisk(drivers: readonly string[]): Promise<string> {
  const file = await sampleWindows(disks, drivers);
  const disk = await disks.disk('dos', [{ file, sizeMib: 16, type: '7', bootable: true }]);
  await writeBootCode(disk);
  return disk;
}

describe('a disk of Windows', () => {
  it('is ok but for what its registry hides', async () => {
    const report = await examined(await windowsDisk(['viostor.sys', 'netkvm.sys']), DECLARED);
    expect(faults(report)).toEqual([expect.stringMatching(/^dhcp unknown/)]);
    expect(report.operating_system).toEqual({
      os_type: 'windows',
      os_distro: 'windows',
      os_version: '2019',
      name: 'Windows Server 2019 Datacenter, build 17763',
      architecture: 'x86_64',
    });
    expect(report.file_systems).toMatchObject([{ where: 'partition 1', type: 'ntfs' }]);
  });

  it('is told that it is not the one that is declared, and what it lacks', async () => {
    const report = await examined(await windowsDisk(['disk.sys']), { ...DECLARED, os_version: '2016' });
    expect(faults(report)).toEqual([
      expect.stringMatching(/^operating_system problem .*SOFTWARE: It is Windows Server 2019/),
      expect.stringMatching(/^dhcp unknown/),
      expect.stringMatching(/^virtio problem .*viostor/),
    ]);
  });
});
