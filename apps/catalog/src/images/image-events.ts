import {
  type DataOf,
  ImageDeactivatedV1,
  ImageFailedV1,
  ImageReactivatedV1,
  ImageReadyV1,
  ImageRegisteredV1,
  ImageUpdatedV1,
} from '@imago/contracts';
import type { NewEvent } from '@imago/messaging';
import type { LifecycleEvent } from './image-lifecycle.ts';
import { toRecord } from './image-record.ts';
import type { ImageRow } from './image.row.ts';

/** The event that tells of a transition, made from the image as it is after it. */
export function lifecycleEvent(name: Exclude<LifecycleEvent, 'ImageDeleted'>, row: ImageRow): NewEvent {
  const image = toRecord(row);
  switch (name) {
    case 'ImageRegistered':
      return about(row, ImageRegisteredV1, { image });
    case 'ImageUpdated':
      return imageUpdated(row, ['status']);
    case 'ImageReady':
      return about(row, ImageReadyV1, { image });
    case 'ImageFailed':
      if (image.error === null) throw new Error(`image ${row.id} failed without an error`);
      return about(row, ImageFailedV1, { image, error: image.error });
    case 'ImageDeactivated':
      return about(row, ImageDeactivatedV1, { image });
    case 'ImageReactivated':
      return about(row, ImageReactivatedV1, { image });
    default:
      return name satisfies never;
  }
}

/** The event that tells which attributes and properties of an image changed. */
export function imageUpdated(row: ImageRow, changed: readonly string[]): NewEvent {
  return about(row, ImageUpdatedV1, { image: toRecord(row), changed: [...changed] });
}

function about<
  E extends
    | typeof ImageRegisteredV1
    | typeof ImageUpdatedV1
    | typeof ImageReadyV1
    | typeof ImageFailedV1
    | typeof ImageDeactivatedV1
    | typeof ImageReactivatedV1,
>(row: ImageRow, event: E, data: DataOf<E>): NewEvent {
  return { event, subject: row.id, data, project_id: row.owner, region: row.region, sequence: row.version };
}
