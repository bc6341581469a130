import { QuotaRefusedV1, QuotaReleasedV1, QuotaReservedV1 } from '@imago/contracts';
import type { NewEvent } from '@imago/messaging';
import type { LockedAccount } from '../limits/limits.repository.ts';
import type { PlaceEvent } from './place-life.ts';

const DEFINITIONS = {
  QuotaReserved: QuotaReservedV1,
  QuotaReleased: QuotaReleasedV1,
  QuotaRefused: QuotaRefusedV1,
} as const satisfies Record<PlaceEvent | 'QuotaRefused', unknown>;

export interface QuotaNews {
  readonly name: PlaceEvent | 'QuotaRefused';
  readonly image_id: string;
  readonly account: LockedAccount;
  /** Places taken after what is told of. */
  readonly used: number;
}

/**
 * What happened to a place, as part of the image's story and for the eyes of the project that pays for it alone. Its
 * sequence is the account's, not the image's: of two figures of an account, those with the higher one are newer.
 */
export function quotaEvent({ name, image_id, account, used }: QuotaNews): NewEvent {
  const { project_id, region, limit, revision } = account;
  return {
    event: DEFINITIONS[name],
    subject: image_id,
    data: { project_id, region, resource: 'images', limit, used, image_id },
    project_id,
    region,
    sequence: revision,
  };
}
