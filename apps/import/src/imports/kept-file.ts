import type { ImportInput } from './import-job.ts';

type Format = ImportInput['disk_format'];

/** Whether a file is stored as it is: it is no disk, and nothing of it is looked at but what it says of itself. */
export function isKept(declared: Format): declared is 'iso' {
  return declared === 'iso';
}

/** What an image has that is made of such a file. Disks are stored as one kind. */
export function storedFormat(declared: Format): 'iso' | 'qcow2' {
  return isKept(declared) ? declared : 'qcow2';
}
