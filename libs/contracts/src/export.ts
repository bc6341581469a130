import { z } from 'zod';
import { bucketName, objectKey } from './bucket-object.ts';
import { storedObject } from './image.ts';

/** The formats an image is exported in. */
export const exportDiskFormat = z.enum(['qcow2', 'raw', 'vhd', 'vhdx', 'vmdk']);
export type ExportDiskFormat = z.output<typeof exportDiskFormat>;

/** The files of a full machine, as the manifest lists them: JSON, an object `<object>.manifest.json`. */
export const machineManifest = z.object({
  image_id: z.uuid(),
  /** The system disk first, then the data disks in their order. */
  disks: z.array(
    z.object({
      role: z.enum(['system_disk', 'data_disk']),
      /** 0 of the system disk, data disks from 1 on. */
      position: z.int().min(0),
      object: objectKey,
      disk_format: exportDiskFormat,
      ...storedObject.pick({ size: true, checksum: true, os_hash_algo: true, os_hash_value: true }).shape,
    }),
  ),
});
export type MachineManifest = z.output<typeof machineManifest>;

/** An object in a bucket of the tenant's, in the region of the image. */
export const exportDestination = z.object({ bucket: bucketName, object: objectKey });
export type ExportDestination = z.output<typeof exportDestination>;

/** A file an image was exported to, as it was read back. Of a full machine it is the system disk's. */
export const exportedFile = exportDestination.extend({
  disk_format: exportDiskFormat,
  ...storedObject.pick({ size: true, checksum: true, os_hash_algo: true, os_hash_value: true }).shape,
});
export type ExportedFile = z.output<typeof exportedFile>;
