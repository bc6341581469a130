import { QuotaReservedV1 } from '@imago/contracts';

/** An event of the usual size, as quota tells it; `subject` is what a receiver knows it by. */
export function factOf(subject: string): object {
  const figures = { project_id: 'p1', region: 'r1', resource: 'images' as const, limit: 10, used: 1 };
  const data = { ...figures, image_id: '0190c5a8-7d4c-7c3e-8f0e-3a1b5c7d9e0f' };
  return { event: QuotaReservedV1, subject, project_id: 'p1', region: 'r1', data };
}

/** Milliseconds that two processes of one machine agree on. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
