import type { AllocateObject, ShownImage, RegisterCopy, RequestOf, ResponseOf } from '@imago/contracts';
import { imageRecord } from '@imago/contracts/testing';

type Registration = RequestOf<typeof RegisterCopy> & { readonly project_id: string };

/** What catalog was asked about copies, and what a test makes it answer. */
export class CopyBook {
  readonly registered = new Map<string, Registration>();
  readonly abandoned: string[] = [];
  /** The object of each job; of the data disks of a machine by job and image. */
  readonly objects = new Map<string, ResponseOf<typeof AllocateObject>>();
  /** Images that may still be registered. */
  room = Infinity;
  /** Thrown instead of the answer, after the image was registered. */
  loseAnswers: Error | null = null;
  refuse: Error | null = null;
  /** What is known of the files of images, by the image; null where nobody has read it. */
  readonly hashes = new Map<string, { readonly checksum: string; readonly os_hash_value: string }>();

  /** A copy as catalog has it. */
  image(imageId: string): ShownImage {
    const asked = this.registered.get(imageId);
    if (asked === undefined) throw new Error(`no copy ${imageId} was registered`);
    return imageRecord({ id: imageId, owner: asked.project_id, region: asked.region, name: asked.name });
  }
}
