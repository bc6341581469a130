import type { JobView } from '@imago/contracts';

/**
 * Where somebody asks for the same again. A job that has ended is not begun again under its old name: its image is gone
 * or what opened its file was erased, so it is a new request and a new job.
 */
export function retryOf({ type, state, image_id: image }: Pick<JobView, 'type' | 'state' | 'image_id'>): string | null {
  if (state !== 'failed' && state !== 'cancelled') return null;
  switch (type) {
    case 'import':
      return '/images/new?source=file';
    case 'capture':
      return '/images/new?source=server';
    case 'server':
      return image === null ? '/servers' : `/servers/new?image=${image}`;
    case 'export':
    case 'copy':
    case 'flatten':
    case 'boot_proof':
      return image === null ? null : `/images/${image}`;
    case 'scan':
    case 'digest':
      return null; // nobody asked for it, and it is made again by itself
    default:
      return type satisfies never;
  }
}
