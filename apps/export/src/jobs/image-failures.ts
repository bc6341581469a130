import { isDamage } from '@imago/image-transfer';
import { ObjectStoreUnavailableError } from '@imago/object-store';

/** An image that is read, as far as its failures need it. */
export interface ReadImage {
  /** Of the object its bytes lie in. */
  readonly objectId: string;
  /** The one they lie in now. @throws what the job ends with when there is no such image any more */
  readonly objectNow: () => Promise<string>;
  /** What the job fails with when the image does not read as it was stored. */
  readonly damaged: () => Error;
}

/**
 * Tells what goes wrong with the reading of an image as the image's fault, not that of where it goes. One that cannot be
 * read may have been deleted, or be stored elsewhere by now: its layers were flattened.
 */
export async function failuresOfImage<T>(
  { objectId, objectNow, damaged }: ReadImage,
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ObjectStoreUnavailableError) {
      throw new Error('The store of the image does not answer', { cause: error });
    }
    if (!isDamage(error)) throw error;
    if ((await objectNow()) !== objectId) {
      throw new Error('The image is stored elsewhere now', { cause: error }); // the next attempt reads it there
    }
    throw damaged();
  }
}
