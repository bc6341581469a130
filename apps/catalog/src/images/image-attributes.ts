import {
  containerFormat,
  diskFormat,
  givenName,
  imageTag,
  projectId,
  propertyName,
  propertyValue,
  refusal,
  visibility,
} from '@imago/contracts';
import { z } from 'zod';
import type { ImageRow } from './image.row.ts';

const WHOLE_NUMBER = z.int().min(0).max(2_147_483_647);

/** The attributes every image has and its owner may change, and what they take. */
const ATTRIBUTES = {
  name: givenName.nullable(),
  visibility,
  owner: projectId,
  protected: z.boolean(),
  os_hidden: z.boolean(),
  disk_format: diskFormat.nullable(),
  container_format: containerFormat.nullable(),
  min_disk: WHOLE_NUMBER,
  min_ram: WHOLE_NUMBER,
  tags: z.array(imageTag).transform((tags) => [...new Set(tags)]),
} satisfies Partial<Record<keyof ImageRow, z.ZodType>>;

export type AttributeName = keyof typeof ATTRIBUTES;
export const ATTRIBUTE_NAMES = Object.keys(ATTRIBUTES) as AttributeName[];
export type Attributes = Pick<ImageRow, AttributeName>;

/** Properties that have a column, by the name OpenStack knows them under. */
export const PROPERTY_COLUMNS = {
  description: 'description',
  architecture: 'architecture',
  os_distro: 'os_distro',
  os_version: 'os_version',
  hw_firmware_type: 'boot_mode',
} as const satisfies Record<string, keyof ImageRow>;

/** The custom property by which an owner lets those who accepted an image copy it (R25). */
export const MEMBERS_MAY_COPY = 'members_may_copy';

/** Custom properties Imago acts upon, so that they take nothing it would not understand. */
const MEANT_PROPERTIES: Readonly<Record<string, z.ZodType<string>>> = {
  hw_firmware_type: z.enum(['bios', 'uefi']),
  [MEMBERS_MAY_COPY]: z.enum(['true', 'false']),
};

/** What Imago says of an image and nobody else does. */
const READ_ONLY: ReadonlySet<string> = new Set([
  ...['id', 'status', 'size', 'virtual_size', 'checksum', 'os_hash_algo', 'os_hash_value', 'created_at', 'updated_at'],
  ...['self', 'file', 'schema', 'direct_url', 'locations', 'location', 'stores', 'deleted', 'deleted_at'],
  ...['region', 'job_id', 'source_uri', 'source_disk_format', 'source_size', 'enterprise_project_id'],
  ...[
    'boot',
    'scan',
    'source_server_name',
    'data_disks',
    'machine_image_id',
    'error_code',
    'error_message',
    'error_remedy',
  ],
]);

/** @throws Refusal image.attribute_read_only */
export function requireWritable(name: string): void {
  if (!READ_ONLY.has(name) && !name.startsWith('os_glance_')) return;
  throw refusal('image.attribute_read_only', `Attribute '${name}' is read-only or reserved.`, { attribute: name });
}

export function isAttribute(name: string): name is AttributeName {
  return Object.hasOwn(ATTRIBUTES, name);
}

/** @throws Refusal request.invalid when it is not what the attribute takes. */
export function attributeValue(name: AttributeName, value: unknown): Attributes[AttributeName] {
  const schema: z.ZodType<Attributes[AttributeName]> = ATTRIBUTES[name];
  return valueOf(name, schema, value);
}

/** @throws Refusal request.invalid when it is not the name or not the value of a custom property. */
export function customProperty(name: string, value: unknown): string {
  valueOf(name, propertyName, name);
  return valueOf(name, meantProperty(name) ?? propertyValue, value);
}

/** A property may be called `constructor`. */
function meantProperty(name: string): z.ZodType<string> | undefined {
  return Object.hasOwn(MEANT_PROPERTIES, name) ? MEANT_PROPERTIES[name] : undefined;
}

function valueOf<T>(name: string, schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const reason = parsed.error.issues.map((issue) => issue.message).join('; ');
  throw refusal('request.invalid', `Attribute '${name}' does not take this value: ${reason}.`, { attribute: name });
}
