import type { DataOf, ImageDeletedV1, ImageFailedV1, ImageRecord, ImageRegisteredV1 } from '@imago/contracts';
import { refusal } from '@imago/contracts';
import { imageRecord as record } from '@imago/contracts/testing';

/** Whose image, where. */
export interface SomeImage {
  readonly image_id: string;
  readonly project_id: string;
  readonly region: string;
}

/** An image as catalog's events carry it. */
export function imageRecord(image: SomeImage, overrides: Partial<ImageRecord> = {}): ImageRecord {
  return record({ id: image.image_id, owner: image.project_id, region: image.region, ...overrides });
}

export function registeredData(image: SomeImage): DataOf<typeof ImageRegisteredV1> {
  return { image: imageRecord(image) };
}

export function failedData(image: SomeImage): DataOf<typeof ImageFailedV1> {
  const error = refusal('image.empty', 'The file is empty.').toDocument();
  return { image: imageRecord(image, { status: 'killed', error }), error };
}

export function deletedData(image: SomeImage): DataOf<typeof ImageDeletedV1> {
  return { image: imageRecord(image, { status: 'deleted' }), members: [] };
}
