import { refusal } from '@imago/contracts';
import { z } from 'zod';

/**
 * The id of the last image of the page before. Glance's word for a marker that is no image is 400.
 * @throws Refusal image.marker_not_found
 */
export function markerIn(text: string): string {
  const marker = z.uuid().safeParse(text);
  if (!marker.success) throw refusal('image.marker_not_found', 'The marker is not the id of an image.');
  return marker.data.toLowerCase();
}
