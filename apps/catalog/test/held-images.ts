import { HoldImage, ReleaseHolds } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { indexKey } from '@imago/object-store';
import { eventually } from '@imago/testing';
import { expect } from 'vitest';
import type { ObjectState } from '../src/objects/object.row.ts';
import { type CatalogUnderTest, REGION, worker } from './catalog-under-test.ts';
import { type MadeImage, SomeImages } from './some-images.ts';

type Held = (typeof HoldImage)['response']['_output'];

/** An active image with an object and its index in the store. */
export interface StoredImage extends MadeImage {
  readonly object_id: string;
  readonly key: string;
}

/** Images with bytes, and the servers that keep them. */
export class HeldImages {
  readonly images: SomeImages;

  constructor(private readonly catalog: CatalogUnderTest) {
    this.images = new SomeImages(catalog);
  }

  async make(owner?: RequestContext): Promise<StoredImage> {
    const made = await this.images.makeActive(owner);
    await this.catalog.store.put(made.key, Buffer.from('data'));
    await this.catalog.store.put(indexKey(made.key), Buffer.from('index'));
    const [object]: { id: string }[] = await this.catalog.db.query(
      'SELECT id FROM catalog.objects WHERE image_id = $1',
      [made.image_id],
    );
    return { ...made, object_id: object?.id ?? '' };
  }

  hold({ image_id, owner }: MadeImage, servers: readonly string[], as: RequestContext = owner): Promise<Held> {
    return this.catalog.ask(HoldImage, { image_id, region: REGION, disk_ids: [...servers] }, as);
  }

  async release(servers: readonly string[], object_id: string | null = null): Promise<number> {
    const wanted = { disk_ids: [...servers], object_id };
    return (await this.catalog.ask(ReleaseHolds, wanted, worker('of-the-servers'))).released;
  }

  /** The servers that keep an object, in no order. */
  async holdersOf({ object_id }: StoredImage): Promise<ReadonlySet<string>> {
    const rows: { holder_id: string }[] = await this.catalog.db.query(
      `SELECT holder_id FROM catalog.object_references WHERE object_id = $1 AND holder_type = 'server'`,
      [object_id],
    );
    return new Set(rows.map(({ holder_id }) => holder_id));
  }

  async stateOf({ object_id }: StoredImage): Promise<ObjectState | null> {
    const [row]: { state: ObjectState }[] = await this.catalog.db.query(
      'SELECT state FROM catalog.objects WHERE id = $1',
      [object_id],
    );
    return row?.state ?? null;
  }

  async bytesOf({ key }: StoredImage): Promise<readonly string[]> {
    return (await this.catalog.store.list(key)).map((found) => found.key);
  }

  swept(image: StoredImage): Promise<void> {
    return eventually(async () => {
      expect(await this.stateOf(image)).toBe('swept');
      expect(await this.bytesOf(image)).toEqual([]);
    });
  }
}
