import { importMethod, refusal, sourceUrl } from '@imago/contracts';
import { invalidFields } from '@imago/service';
import { z } from 'zod';
import { requireStore } from '../stores/image-stores.ts';

/** The methods of Glance's that are served. Where there is one store nothing is copied between stores. */
export const IMPORT_METHODS = importMethod.options;

/** What clients send; of what they send more, nothing is meant for us. */
const body = z.object({
  method: z.discriminatedUnion('name', [
    z.object({ name: z.literal('glance-direct') }),
    z.object({ name: z.literal('web-download'), uri: sourceUrl }),
  ]),
  stores: z.array(z.string().max(255)).min(1).optional(),
  all_stores: z.boolean().optional(),
  all_stores_must_succeed: z.boolean().optional(),
});

export type ImportMethodBody = z.output<typeof body>['method'];

/**
 * The method by which an image is to be imported, and that it is to be into the stores there are.
 * @throws Refusal request.invalid, store.unknown
 */
export function methodIn(sent: unknown, region: string): ImportMethodBody {
  const parsed = body.safeParse(sent);
  if (!parsed.success) throw invalidFields(parsed.error.issues);
  const { method, stores = [], all_stores } = parsed.data;
  if (stores.length > 0 && all_stores === true) {
    const errors = [{ path: 'all_stores', message: 'cannot be combined with stores' }];
    throw refusal('request.invalid', 'The stores cannot be read.', { errors });
  }
  for (const store of stores) requireStore(store, region);
  return method;
}
