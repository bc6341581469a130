import {
  type ExportDestination,
  type ExportedFile,
  type ShownImage,
  type MachineManifest,
  objectKey,
  refusal,
} from '@imago/contracts';
import { imageOf, partOfTheWork } from '@imago/jobs';
import {
  type ExportedDisk,
  exportOf,
  type ImageOfMachine,
  type TransferJob,
  type TransferJobContext,
  type TransferJobData,
} from '../jobs/transfer-job.ts';

/**
 * A full machine is exported file after file by the same phases: the data of the job are those of the file whose turn it
 * is, beside them lie those that are written and those that wait. The last file is the manifest, which lists the others,
 * so whoever finds it has all of them.
 */

const GIB = 2n ** 30n;

/** Where the manifest of a machine is. */
export function manifestOf(object: string): string {
  return `${object}.manifest.json`;
}

/**
 * The images a job exports as files beside that of its own image.
 * @throws Refusal request.invalid when their names would be too long
 */
export function imagesBeside({ data_disks }: ShownImage, { object }: ExportDestination): readonly ImageOfMachine[] {
  if (data_disks.length > 0 && !objectKey.safeParse(manifestOf(object)).success) {
    throw refusal('request.invalid', 'The object has too long a name for the files of a full machine.');
  }
  return data_disks.map(({ image_id, position, size_gib, size }) => ({
    ...{ image_id, position, object: `${object}.disk-${position}` },
    expected: { qcow2: size ?? '0', others: (BigInt(size_gib) * GIB).toString() },
  }));
}

/** The objects a job writes. */
export function objectsOf(job: TransferJob): readonly string[] {
  const { destination, disks = [] } = exportOf(job);
  const { object } = destination;
  return disks.length === 0 ? [object] : [object, ...disks.map((disk) => disk.object), manifestOf(object)];
}

/** Where the file goes whose turn it is. */
export function placeOf(job: TransferJob, { file }: TransferJobData): ExportDestination {
  const { bucket, object } = exportOf(job).destination;
  return { bucket, object: file?.object ?? object };
}

/** The image of the file whose turn it is. */
export function imageOfFile(job: TransferJob, { file }: TransferJobData): string {
  return file?.image_id ?? imageOf(job);
}

/** The data with which the next file begins, after one that was written and read back; null when there is none. */
export function nextFile(job: TransferJob, data: TransferJobData, written: ExportedFile): TransferJobData | null {
  const { disks = [], destination } = exportOf(job);
  if (disks.length === 0 || data.file?.position === null) return null;
  const files: readonly ExportedDisk[] = [...(data.files ?? []), { ...written, position: data.file?.position ?? 0 }];
  const next = disks[files.length - 1];
  const { image_id, object, position } = next ?? {
    ...{ image_id: imageOf(job), object: manifestOf(destination.object), position: null },
  };
  return { file: { image_id, object, position }, files };
}

/** What the manifest says. */
export function manifest(job: TransferJob, { files = [] }: TransferJobData): Buffer {
  const content: MachineManifest = {
    image_id: imageOf(job),
    disks: files.map(({ position, object, disk_format, size, checksum, os_hash_algo, os_hash_value }) => ({
      ...{ role: position === 0 ? 'system_disk' : 'data_disk', position, object, disk_format },
      ...{ size, checksum, os_hash_algo, os_hash_value },
    })),
  };
  return Buffer.from(`${JSON.stringify(content, null, 2)}\n`);
}

/** The file a job is told to have written: that of the system disk. */
export function exportedFileOf({ data }: TransferJob, written: ExportedFile): ExportedFile {
  const [system] = data.files ?? [];
  if (system === undefined) return written;
  const { bucket, object, disk_format, size, checksum, os_hash_algo, os_hash_value } = system;
  return { bucket, object, disk_format, size, checksum, os_hash_algo, os_hash_value };
}

/** A phase of one file sees its own; what it tells of its progress is told as that of all files. */
export function acrossFiles(context: TransferJobContext): TransferJobContext {
  const { disks = [], disk_format } = exportOf(context.job);
  if (disks.length === 0) return context;
  const { files = [] } = context.data;
  const before = files.reduce((sum, { size }) => sum + BigInt(size), 0n);
  const waiting = disks.slice(files.length);
  const after = waiting.reduce((sum, { expected }) => sum + BigInt(expected[expectedOf(disk_format)]), 0n);
  return partOfTheWork(context, { before, after });
}

function expectedOf(format: string): 'qcow2' | 'others' {
  return format === 'qcow2' ? 'qcow2' : 'others';
}
