import { answered, type Gateway } from '../gateway/gateway.ts';
import type { components } from '../gateway/openapi.ts';
import { Problem } from '../gateway/problem.ts';

export type Scan = components['schemas']['ImageScan'];

/** A scan is a job: its events tell when there is a new one. */
export function scanKey({ region }: Pick<Gateway, 'region'>, imageId: string): readonly string[] {
  return ['jobs', region, 'scan', imageId];
}

/** Null when the image was never scanned. */
export async function newestScan({ api }: Gateway, imageId: string, signal: AbortSignal): Promise<Scan | null> {
  try {
    return await answered(api.GET('/v1/images/{image_id}/scan', { params: { path: { image_id: imageId } }, signal }));
  } catch (error) {
    if (error instanceof Problem && error.code === 'image.not_scanned') return null;
    throw error;
  }
}
