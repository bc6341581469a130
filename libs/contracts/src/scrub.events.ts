import { z } from 'zod';
import { serverRecord } from './server.ts';
import { defineEvent } from './define.ts';
import { refusalDocument } from './errors.ts';
import { givenName, instant, projectId, regionName } from './scalars.ts';
import { objectProblem } from './scrub.ts';

const object = z.object({ object_id: z.uuid(), image_id: z.uuid(), region: regionName });

/** An object in the store is not what was stored. For operators, and for compute, which tells the owners of servers. */
export const ObjectDamagedV1 = defineEvent(
  'catalog',
  'ObjectDamaged',
  1,
  object.extend({ problem: objectProblem, detail: z.string(), found_at: instant }),
);
/** A damaged object is what was stored again: somebody has brought its bytes back. */
export const ObjectRepairedV1 = defineEvent('catalog', 'ObjectRepaired', 1, object);

const image = z.object({
  image_id: z.uuid(),
  name: givenName.nullable(),
  owner: projectId,
  region: regionName,
});

/**
 * Bytes that an image is read from are not in the store any more as they were stored. It is deactivated, if it was not
 * already, and stays so until they are.
 */
export const ImageDamagedV1 = defineEvent(
  'catalog',
  'ImageDamaged',
  1,
  image.extend({
    /** They are those of an image it is made upon. */
    inherited: z.boolean(),
    /** It was active, and is deactivated because of this. */
    deactivated: z.boolean(),
    error: refusalDocument,
  }),
);
/** All bytes of a damaged image are as they were stored again. */
export const ImageRepairedV1 = defineEvent(
  'catalog',
  'ImageRepaired',
  1,
  image.extend({
    /** It had been deactivated because of the damage alone, and is active again. */
    reactivated: z.boolean(),
  }),
);

const disk = z.object({ server: serverRecord, disk_id: z.uuid() });

/** What a server's disk is read from, where the server has not written itself, is damaged: such reads fail. */
export const ServerDiskDamagedV1 = defineEvent(
  'compute',
  'ServerDiskDamaged',
  1,
  disk.extend({ error: refusalDocument }),
);
/** What a server's disk is read from is whole again. */
export const ServerDiskRepairedV1 = defineEvent('compute', 'ServerDiskRepaired', 1, disk);
