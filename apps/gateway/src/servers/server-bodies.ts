import {
  type CreateServers,
  dataDiskWish,
  diskSize,
  imageName,
  MOST_DATA_DISKS,
  type RequestOf,
  userData,
} from '@imago/contracts';
import { z } from 'zod';

/** The most servers one order may ask for; how many a region makes at once, its compute service says. */
const MOST_SERVERS = 1000;

const word = z.string().min(1).max(64);

/** What a tenant says to make servers (R22). Unknown fields are refused. */
export const createServersBody = z.strictObject({
  name: imageName,
  image_id: z.uuid(),
  flavor: word,
  network: word.default('default'),
  count: z
    .int()
    .min(1, { message: 'must be 1 or more: it is how many servers are made' })
    .max(MOST_SERVERS, { message: `must be at most ${MOST_SERVERS}` })
    .default(1),
  system_disk_gib: diskSize.nullable().default(null),
  data_disks: z.array(z.strictObject(dataDiskWish.shape)).max(MOST_DATA_DISKS).default([]),
  user_data: userData.nullable().default(null),
});

export type CreateServersBody = z.output<typeof createServersBody>;

/** The request the compute service gets. */
export function toCreateServers(
  body: CreateServersBody,
  where: { readonly region: string; readonly idempotency_key: string | null },
): RequestOf<typeof CreateServers> {
  return { ...where, ...body };
}

/** How a server is stopped or rebooted: `hard` cuts its power. Need not be said at all. */
export const powerBody = z.strictObject({ hard: z.boolean().default(false) }).prefault({});
export type PowerBody = z.output<typeof powerBody>;

/** What a stopped server gets as its new system (R23). */
export const changeOsBody = z.strictObject({ image_id: z.uuid(), user_data: userData.nullable().default(null) });
export type ChangeOsBody = z.output<typeof changeOsBody>;
