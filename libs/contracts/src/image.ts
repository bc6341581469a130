import { z } from 'zod';
import { refusalDocument } from './errors.ts';
import { byteCount, description, imageName, instant, md5Hex, projectId, regionName, sha256Hex, token } from './scalars.ts';

export const imageStatus = z.enum([
  'queued',
  'saving',
  'uploading',
  'importing',
  'active',
  'deactivated',
  'killed',
  'deleted',
]);
export type ImageStatus = z.output<typeof imageStatus>;

export const visibility = z.enum(['public', 'private', 'shared', 'community']);
export type Visibility = z.output<typeof visibility>;

export const imageType = z.enum(['system_disk', 'data_disk', 'full_machine']);
export const architecture = z.enum(['x86_64', 'aarch64']);

/** The formats an image file may be imported from. */
export const importDiskFormat = z.enum(['raw', 'qcow2']);

/** The agreement a tenant ticks before an image is made from a file (R13): who accepted it and when. */
export const agreement = z.object({ accepted_by: z.string(), accepted_at: instant });

/** What a tenant says of an image when it is made. */
export const imageFacts = z.object({
  name: imageName,
  description: description.nullable(),
  image_type: imageType,
  architecture,
  os_distro: token,
  os_version: token,
  /** Size of the system disk, GiB. */
  min_disk: z.int().min(1).max(1024),
  /** MiB. */
  min_ram: z.int().min(0).max(16_777_216),
  boot_mode: z.enum(['bios', 'uefi']).nullable(),
  enterprise_project_id: token,
  tags: z.array(token).max(128),
});
export type ImageFacts = z.output<typeof imageFacts>;

/** The bytes behind an image: one object in its region's store, verified by reading it back. */
export const storedObject = z.object({
  object_id: z.uuid(),
  key: z.string().min(1),
  disk_format: z.string(),
  size: byteCount,
  virtual_size: byteCount,
  checksum: md5Hex,
  os_hash_algo: z.literal('sha512'),
  os_hash_value: z.string().regex(/^[0-9a-f]{128}$/),
  /** SHA-256 over the index of cluster hashes: the image's identity. */
  index_hash: sha256Hex,
  allocated_bytes: byteCount,
});
export type StoredObject = z.output<typeof storedObject>;

/** Where an image came from and what that was. */
export const imageSource = z.object({
  source_uri: z.string(),
  source_disk_format: z.string(),
  source_size: byteCount,
  source_etag: z.string(),
});
export type ImageSource = z.output<typeof imageSource>;

/** An image as catalog, which owns the truth about it, answers. */
export const imageRecord = z.object({
  id: z.uuid(),
  ...imageFacts.partial({ architecture: true, os_distro: true, os_version: true }).shape,
  min_disk: z.int().min(0),
  owner: projectId,
  region: regionName,
  status: imageStatus,
  visibility,
  protected: z.boolean(),
  os_hidden: z.boolean(),
  disk_format: z.string().nullable(),
  container_format: z.string().nullable(),
  size: byteCount.nullable(),
  virtual_size: byteCount.nullable(),
  checksum: md5Hex.nullable(),
  os_hash_algo: z.string().nullable(),
  os_hash_value: z.string().nullable(),
  index_hash: sha256Hex.nullable(),
  source: imageSource.nullable(),
  agreement: agreement.nullable(),
  /** The job that makes it, while it is in the making and after. */
  job_id: z.uuid().nullable(),
  error: refusalDocument.nullable(),
  properties: z.record(z.string(), z.string()),
  created_at: instant,
  updated_at: instant,
  version: z.int().min(1),
});
export type ImageRecord = z.output<typeof imageRecord>;
