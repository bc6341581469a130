import { expect, it } from 'vitest';
import { guessFormat } from './guess-format.ts';

it.each([
  ['s3://bucket/disks/web.qcow2', { disk_format: 'qcow2', compression: 'none' }],
  ['https://a.example/debian-12-netinst.iso?x=1', { disk_format: 'iso', compression: 'none' }],
  ['web.RAW.xz', { disk_format: 'raw', compression: 'xz' }],
  ['https://example.org/debian-12.vmdk?token=a.vdi', { disk_format: 'vmdk', compression: 'none' }],
  ['disk.gz', { compression: 'gzip' }],
  ['disk.img', {}],
  ['qcow2', {}],
  ['', {}],
])('the name %s says %j', (name, said) => {
  expect(guessFormat(name)).toEqual(said);
});
