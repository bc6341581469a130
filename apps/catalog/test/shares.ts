import { randomUUID } from 'node:crypto';
import {
  ImageShareAcceptedV1,
  ImageSharedV1,
  ImageShareReconsideredV1,
  ImageShareRejectedV1,
  ImageUnsharedV1,
  type ShareRecord,
} from '@imago/contracts';
import { type CatalogUnderTest, REGION } from './catalog-under-test.ts';

/** What sharing tells of one image, as sharing itself would number it. */
export class Shares {
  readonly #versions = new Map<string, number>();
  #listVersion = 0;

  constructor(
    private readonly catalog: CatalogUnderTest,
    readonly image: { readonly image_id: string; readonly owner: { readonly project_id: string } },
  ) {}

  /** Each makes a fact, told when `tell` is called: late, again, or before those that were made earlier. */
  shared(project: string): () => Promise<string> {
    const data = { share: this.#share(project, 'pending'), list_version: ++this.#listVersion };
    return () => this.catalog.publish(ImageSharedV1, this.image.image_id, data);
  }

  answered(project: string, status: ShareRecord['status']): () => Promise<string> {
    const event = {
      accepted: ImageShareAcceptedV1,
      rejected: ImageShareRejectedV1,
      pending: ImageShareReconsideredV1,
    }[status];
    const data = { share: this.#share(project, status) };
    return () => this.catalog.publish(event, this.image.image_id, data);
  }

  unshared(project: string, closes: boolean): () => Promise<string> {
    const ended = { reason: 'unshared', ended_at: new Date().toISOString() } as const;
    const data = { share: { ...this.#share(project, 'pending'), ended }, list_version: ++this.#listVersion, closes };
    return () => this.catalog.publish(ImageUnsharedV1, this.image.image_id, data);
  }

  /** Shared with a project, which said this to it; heard of when it is answered. */
  async with(project: string, status: ShareRecord['status'] = 'accepted'): Promise<void> {
    const told = [await this.shared(project)()];
    if (status !== 'pending') told.push(await this.answered(project, status)());
    await this.catalog.applied(...told);
  }

  #share(project_id: string, status: ShareRecord['status']): ShareRecord {
    const version = (this.#versions.get(project_id) ?? 0) + 1;
    this.#versions.set(project_id, version);
    const now = new Date().toISOString();
    const { image_id, owner } = this.image;
    return {
      ...{ image_id, image_name: 'web', owner: owner.project_id, region: REGION },
      ...{ project_id, status, ended: null, created_at: now, updated_at: now, version },
    };
  }
}

/** A project nobody has heard of. */
export function someProject(): string {
  return `p-${randomUUID()}`;
}
