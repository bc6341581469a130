import { z } from 'zod';
import { defineRequest } from './define.ts';
import { refusalDocument } from './errors.ts';
import { imageInRegion, instant, regionName } from './scalars.ts';
import { damagedServer, objectDamage, scrubStatus } from './scrub.ts';

/** How the objects of a region are scrubbed, and which are damaged (role `admin`). Refusals: auth.forbidden. */
export const GetScrubs = defineRequest('catalog', 'getScrubs', {
  kind: 'query',
  request: z.object({ region: regionName }),
  response: z.object({
    /** Null before there was anything to do. */
    scrub: scrubStatus.nullable(),
    /** The newest ones. */
    damages: z.array(objectDamage).max(100),
    damages_total: z.int().min(0),
  }),
});

/** Lets the next round begin at once, or when the one under way has ended (role `admin`). Refusals: auth.forbidden. */
export const StartScrub = defineRequest('catalog', 'startScrub', {
  kind: 'command',
  request: z.object({ region: regionName }),
  response: z.object({ started: z.boolean() }),
});

/** What is damaged of an image, for whoever may use it. Refusals: image.not_found, auth.forbidden. */
export const GetImageDamages = defineRequest('catalog', 'getImageDamages', {
  kind: 'query',
  request: imageInRegion,
  response: z.object({
    image_id: z.uuid(),
    damages: z.array(z.object({ inherited: z.boolean(), found_at: instant, error: refusalDocument })).max(100),
  }),
});

/** The servers with disks that are read from these objects (roles `service` and `admin`). Refusals: auth.forbidden. */
export const ListServersOnObjects = defineRequest('compute', 'listServersOnObjects', {
  kind: 'query',
  request: z.object({ region: regionName, object_ids: z.array(z.uuid()).max(100) }),
  response: z.object({ servers: z.array(damagedServer.extend({ object_id: z.uuid() })).max(1000) }),
});
