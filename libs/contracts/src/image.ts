import { z } from 'zod';
import { bootStatus } from './boot-proof.ts';
import { refusalDocument } from './errors.ts';
import { initialisationComponent, scanStatus } from './scan.ts';
import {
  byteCount,
  description,
  givenName,
  imageName,
  imageTag,
  instant,
  md5Hex,
  printableText,
  projectId,
  propertyName,
  propertyValue,
  regionName,
  sha256Hex,
  token,
} from './scalars.ts';
import { diskSize, MOST_DATA_DISKS } from './server.ts';

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

/** The formats an image file may be imported from. An ISO image is no disk: it is stored as it is. */
export const importDiskFormat = z.enum(['raw', 'qcow2', 'vmdk', 'vhd', 'vhdx', 'vdi', 'iso']);
/** Those that have a disk in them, which can be looked at and scanned. */
export const diskFileFormat = importDiskFormat.exclude(['iso']);
/** What an image of a file is when nobody says: an ISO image is never a system disk. */
export function fileImageType(disk_format: string | null): 'system_disk' | 'data_disk' {
  return disk_format === 'iso' ? 'data_disk' : 'system_disk';
}

/** What a file to be imported may be packed with as a whole. */
export const compression = z.enum(['gzip', 'xz', 'zstd']);

/** Those that there were when imports were first told of. */
export const firstImportDiskFormat = importDiskFormat.extract(['raw', 'qcow2']);

/** The formats an image may be declared to have. */
export const diskFormat = z.enum(['ami', 'ari', 'aki', 'vhd', 'vhdx', 'vmdk', 'raw', 'qcow2', 'vdi', 'iso', 'ploop']);

/** What may be around a disk. */
export const containerFormat = z.enum(['ami', 'ari', 'aki', 'bare', 'ovf', 'ova', 'docker', 'compressed']);

/** Custom properties by name; how many there may be, catalog decides. */
export const imageProperties = z.record(propertyName, propertyValue);

/** The formats of files that are kept exactly as they are sent (`PUT /v2/images/{id}/file`). */
export const UPLOAD_DISK_FORMATS = ['raw', 'qcow2', 'iso'] as const;

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
  /** The enterprise project it is accounted to; `default` exists in every project. */
  enterprise_project_id: token,
  tags: z.array(token).max(128),
});
export type ImageFacts = z.output<typeof imageFacts>;

/** What is known of an image when it is registered: an import says all of it, an OpenStack client what it likes. */
export const registeredFacts = imageFacts.partial({ architecture: true, os_distro: true, os_version: true }).extend({
  name: givenName.nullable(),
  /** OpenStack's architectures are more than those an import takes. */
  architecture: givenName.optional(),
  os_distro: givenName.optional(),
  os_version: givenName.optional(),
  /** Size of the system disk, GiB; 0 when nobody said. */
  min_disk: z.int().min(0).max(2_147_483_647),
  min_ram: z.int().min(0).max(2_147_483_647),
  tags: z.array(imageTag).max(1000),
});
export type RegisteredFacts = z.output<typeof registeredFacts>;

/** The bytes behind an image: one object in its region's store, verified by reading it back. */
export const storedObject = z.object({
  object_id: z.uuid(),
  /** Where it is in the bucket of its region. */
  key: z.string().min(1),
  disk_format: z.string(),
  /** Bytes of the object. */
  size: byteCount,
  /** Bytes of the disk in it. */
  virtual_size: byteCount,
  /** md5 of the object. */
  checksum: md5Hex,
  os_hash_algo: z.literal('sha512'),
  /** Of the object, by `os_hash_algo`. */
  os_hash_value: z.string().regex(/^[0-9a-f]{128}$/),
  /** SHA-256 over the index of cluster hashes: the image's identity. Null of a file kept exactly as it came. */
  index_hash: sha256Hex.nullable(),
  /** Bytes of the disk that are not zero. */
  allocated_bytes: byteCount,
});
export type StoredObject = z.output<typeof storedObject>;

/** Where an image came from and what that was. */
export const imageSource = z.object({
  /** The address it was imported from. */
  source_uri: z.string(),
  /** The format the file had. */
  source_disk_format: z.string(),
  /** Bytes of the file. */
  source_size: byteCount,
  /** What the store called this version of the file. */
  source_etag: z.string(),
});
export type ImageSource = z.output<typeof imageSource>;

/** The disk of a server that an image was captured from. The server may be gone. */
export const imageOrigin = z.object({
  server_id: z.uuid(),
  server_name: z.string(),
  disk: z.enum(['system_disk', 'data_disk']),
  disk_id: z.uuid(),
  /** The image that disk was made from; null of a disk that was empty. */
  image_id: z.uuid().nullable(),
});
export type ImageOrigin = z.output<typeof imageOrigin>;

/**
 * The bytes behind a captured image. A layer has only what changed; what `/file` gives is its flattened form, whose
 * layout the index fixes. Its hashes need all of it to be read, and come later.
 */
export const capturedObject = storedObject
  .omit({ checksum: true, os_hash_algo: true, os_hash_value: true, index_hash: true })
  .extend({
    /** Bytes of the object itself; `size` is that of `/file`. The same for an image that is no layer. */
    stored_size: byteCount,
    checksum: md5Hex.nullable(),
    os_hash_algo: z.literal('sha512').nullable(),
    os_hash_value: z
      .string()
      .regex(/^[0-9a-f]{128}$/)
      .nullable(),
    index_hash: sha256Hex,
    /** The object that has the clusters this one does not; null of an image that is no layer. */
    parent_object_id: z.uuid().nullable(),
  });
export type CapturedObject = z.output<typeof capturedObject>;

/**
 * A data disk of a full-machine image. It is an image that begins, is seen and ends with that one: by its id its file is
 * read and disks of servers are made of it, and everything else is done with the machine.
 */
export const machineDisk = z.object({
  image_id: z.uuid(),
  /** Among the data disks of the machine, from 1 on. */
  position: z.int().min(1).max(MOST_DATA_DISKS),
  /** GiB a server's disk made of it has. */
  size_gib: diskSize,
  /** Bytes of its file; null while nothing is stored. */
  size: byteCount.nullable(),
  /** md5 of its file. */
  checksum: md5Hex.nullable(),
});
export type MachineDisk = z.output<typeof machineDisk>;

/** The bytes behind a data disk of a full-machine image, and the disk of the server they were read from. */
export const capturedDataDisk = z.object({ image_id: z.uuid(), object: capturedObject, origin: imageOrigin });
export type CapturedDataDisk = z.output<typeof capturedDataDisk>;

/** An image as catalog, which owns the truth about it, answers. */
export const imageRecord = z.object({
  id: z.uuid(),
  ...registeredFacts.shape,
  /** The project it belongs to. */
  owner: projectId,
  region: regionName,
  status: imageStatus,
  visibility,
  /** True: it cannot be deleted. */
  protected: z.boolean(),
  /** True: lists leave it out. */
  os_hidden: z.boolean(),
  /** The format of `/file`; null while nothing is stored. */
  disk_format: z.string().nullable(),
  container_format: z.string().nullable(),
  /** Bytes of `/file`. */
  size: byteCount.nullable(),
  /** Bytes of the disk in it. */
  virtual_size: byteCount.nullable(),
  /** md5 of `/file`. */
  checksum: md5Hex.nullable(),
  os_hash_algo: z.string().nullable(),
  /** Of `/file`, by `os_hash_algo`. */
  os_hash_value: z.string().nullable(),
  /** SHA-256 over the index of cluster hashes: the identity of its content. */
  index_hash: sha256Hex.nullable(),
  /** Where it came from. */
  source: imageSource.nullable(),
  /** The server it was captured from. */
  origin: imageOrigin.nullable().default(null),
  agreement: agreement.nullable(),
  /** The job that makes it, while it is in the making and after. */
  job_id: z.uuid().nullable(),
  /** Why it failed; of a `killed` image. */
  error: refusalDocument.nullable(),
  /** More of it, as the OpenStack Image API allows. */
  properties: imageProperties,
  created_at: instant,
  updated_at: instant,
  /** Grows with every change. */
  version: z.int().min(1),
});
export type ImageRecord = z.output<typeof imageRecord>;

/** An image as catalog answers who asks for it: with what has become known of images since its events were frozen. */
export const shownImage = imageRecord.extend({
  /** Whether it was seen to boot, the last time it was tried; null when it never was. */
  boot: bootStatus.nullable().optional(),
  /** What its newest scan came to; null when it never was scanned. */
  scan: scanStatus.nullable().optional(),
  /** Of a full-machine image: its data disks, in their order. The image itself is the system disk. */
  data_disks: z.array(machineDisk).max(MOST_DATA_DISKS).default([]),
  /** The full-machine image this one is a data disk of. */
  machine_image_id: z.uuid().nullable().default(null),
});
export type ShownImage = z.output<typeof shownImage>;

/** What an operator found when an image was to become public (R2). Of an image whose bytes never change, it stays true. */
export const imageReview = z.object({
  id: z.uuid(),
  image_id: z.uuid(),
  verdict: z.enum(['approved', 'rejected']),
  /** What the security scan found; `not_scanned` is never enough to publish. */
  scan: z.enum(['clean', 'infected', 'not_scanned']),
  /** What sets up a server at its first start; without one an image is not published. */
  initialisation_component: initialisationComponent.nullable(),
  comment: printableText(2000).nullable(),
  /** User id of the operator. */
  reviewed_by: z.string(),
  reviewed_at: instant,
});
export type ImageReview = z.output<typeof imageReview>;
