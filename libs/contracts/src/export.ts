import { z } from 'zod';
import { bucketName, objectKey } from './bucket-object.ts';
import { storedObject } from './image.ts';

/** The formats an image is exported in. */
export const exportDiskFormat = z.enum(['qcow2', 'raw', 'vhd', 'vhdx', 'vmdk']);
export type ExportDiskFormat = z.output<typeof exportDiskFormat>;

/** An object in a bucket of the tenant's, in the region of the image. */
export const exportDestination = z.object({ bucket: bucketName, object: objectKey });
export type ExportDestination = z.output<typeof exportDestination>;

/** A file an image was exported to, as it was read back. */
export const exportedFile = exportDestination.extend({
  disk_format: exportDiskFormat,
  ...storedObject.pick({ size: true, checksum: true, os_hash_algo: true, os_hash_value: true }).shape,
});
export type ExportedFile = z.output<typeof exportedFile>;
