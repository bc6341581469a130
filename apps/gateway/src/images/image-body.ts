import { randomUUID } from 'node:crypto';
import {
  containerFormat,
  diskFormat,
  fileImageType,
  givenName,
  imageProperties,
  imageTag,
  projectId,
  propertyValue,
  refusal,
  type RegisterImage,
  type RequestOf,
  visibility,
} from '@imago/contracts';
import { invalidFields } from '@imago/service';
import { z } from 'zod';
import { IMAGE_SCHEMA } from '../schemas/image-schema.ts';

const WHOLE_NUMBER = z.int().min(0).max(2_147_483_647);

/** What the standard names of a new image; any other key is a custom property. */
const createBody = z
  .object({
    id: z.uuid().toLowerCase().optional(),
    name: givenName.nullable().default(null),
    visibility: visibility.default('shared'),
    owner: projectId.nullable().default(null),
    protected: z.boolean().default(false),
    os_hidden: z.boolean().default(false),
    disk_format: diskFormat.nullable().default(null),
    container_format: containerFormat.nullable().default(null),
    min_disk: WHOLE_NUMBER.default(0),
    min_ram: WHOLE_NUMBER.default(0),
    tags: z.array(imageTag).max(1000).default([]),
  })
  .catchall(propertyValue);

/**
 * The registration that the body of POST /v2/images asks for.
 * @throws Refusal request.invalid, image.attribute_read_only
 */
export function toRegisterImage(body: unknown, region: string): RequestOf<typeof RegisterImage> {
  refuseReadOnly(body);
  const parsed = createBody.safeParse(body);
  if (!parsed.success) throw invalidFields(parsed.error.issues);
  const { id = randomUUID(), name, min_disk, min_ram, tags, ...others } = parsed.data;
  const { visibility: seen, owner, protected: kept, os_hidden, disk_format, container_format, ...properties } = others;
  const misnamed = imageProperties.safeParse(properties);
  if (!misnamed.success) throw invalidFields(misnamed.error.issues);
  return {
    image_id: id,
    region,
    job_id: null,
    facts: {
      ...{ name, min_disk, min_ram, tags, description: null, boot_mode: null },
      image_type: fileImageType(disk_format),
      enterprise_project_id: 'default',
    },
    ...{ visibility: seen, owner, protected: kept, os_hidden, disk_format, container_format },
    properties,
    data_disks: [],
    agreement: null,
  };
}

/** Before their values are looked at: whatever it is, nobody may say it. */
function refuseReadOnly(body: unknown): void {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return;
  const properties: Readonly<Record<string, object>> = IMAGE_SCHEMA.properties;
  const name = Object.keys(body).find((key) => {
    const known = Object.hasOwn(properties, key) ? properties[key] : undefined;
    return known !== undefined && 'readOnly' in known;
  });
  if (name === undefined) return;
  throw refusal('image.attribute_read_only', `Attribute '${name}' is read-only.`, { attribute: name });
}
