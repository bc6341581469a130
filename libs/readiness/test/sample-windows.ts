import type { SampleDisks } from '../src/testing/sample-disks.ts';
import { portableExecutable, sampleHive } from './sample-hive.ts';

/** The key of a Windows that says which it is. */
const VERSION_KEY = ['Microsoft', 'Windows NT', 'CurrentVersion'];

/** A Windows Server 2019 with all that a server needs, or with less. */
export async function sampleWindows(disks: SampleDisks, drivers: readonly string[]): Promise<string> {
  const hive = sampleHive(VERSION_KEY, {
    ProductName: 'Windows Server 2019 Datacenter',
    CurrentBuild: '17763',
    Other: 'of no interest',
  });
  const files = {
    Windows: '',
    System32: '',
    config: '',
    drivers: '',
    'Program Files': '',
    'Cloudbase Solutions': '',
    'Cloudbase-Init': '',
    SOFTWARE: hive,
    'ntoskrnl.exe': portableExecutable(0x8664),
    ...Object.fromEntries(drivers.map((name) => [name, 'driver'])),
    ...Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`One of many files of the top ${index}`, ''])),
  };
  return disks.ntfs(files, [
    { name: 'Windows', files: ['System32'] },
    { name: 'System32', files: ['config', 'drivers', 'ntoskrnl.exe'] },
    { name: 'config', files: ['SOFTWARE'] },
    { name: 'drivers', files: drivers },
    { name: 'Program Files', files: ['Cloudbase Solutions'] },
    { name: 'Cloudbase Solutions', files: ['Cloudbase-Init'] },
    { name: 'Cloudbase-Init', files: [] },
  ]);
}
