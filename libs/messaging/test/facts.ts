import { randomUUID } from 'node:crypto';
import { QuotaReservedV1 } from '@imago/contracts';
import { type NewEvent, sealEvent } from '../src/envelope.ts';

/** A fact as quota states it. */
export function reserved(subject: string, used = 0): NewEvent<typeof QuotaReservedV1> {
  const figures = { project_id: 'p1', region: 'r1', resource: 'images' as const, limit: 10, used };
  return {
    event: QuotaReservedV1,
    subject,
    project_id: 'p1',
    region: 'r1',
    sequence: used,
    data: { ...figures, image_id: '0190c5a8-7d4c-7c3e-8f0e-3a1b5c7d9e0f' },
  };
}

/** The same fact as it comes from the broker. */
export function envelopeOf(subject: string, used = 0, id: string = randomUUID()): Record<string, unknown> {
  const text = sealEvent(id, new Date(), reserved(subject, used), { correlation_id: 'test' });
  return JSON.parse(text) as Record<string, unknown>;
}
