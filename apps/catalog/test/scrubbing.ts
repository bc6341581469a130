import { createHash, randomBytes } from 'node:crypto';
import {
  DeactivateImage,
  DeleteImage,
  GetImageDamages,
  GetScrubs,
  ImageImportedV1,
  ImageCapturedV1,
  ReactivateImage,
  type ResponseOf,
  StartScrub,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { type StoredImage as WrittenImage, storeImage } from '@imago/image-transfer/testing';
import { indexKey } from '@imago/object-store';
import { eventually } from '@imago/testing';
import { expect } from 'vitest';
import { CapturedImages } from './captured-images.ts';
import { type CatalogUnderTest, operator, REGION } from './catalog-under-test.ts';
import { capturedData, capturedObject, importedData, serverOrigin, storedObject } from './requests.ts';
import type { MadeImage } from './some-images.ts';

const MIB = 2 ** 20;

/** An image whose object in the store has the hashes it should have. */
export interface TrueImage extends MadeImage {
  readonly object_id: string;
  readonly key: string;
}

/** A layer, with what its own object has in the store. */
export interface TrueLayer extends TrueImage {
  readonly written: WrittenImage;
}

type Scrubs = ResponseOf<typeof GetScrubs>;

/** Images with true bytes, and rounds through them. */
export class Scrubbing {
  readonly captured: CapturedImages;
  readonly #made: MadeImage[] = [];

  constructor(private readonly catalog: CatalogUnderTest) {
    this.captured = new CapturedImages(catalog);
  }

  /** An active image of so many random bytes, kept as they came. */
  async make(bytes = randomBytes(5 * MIB), owner?: RequestContext): Promise<TrueImage> {
    const made = await this.captured.images.register(owner);
    const object = await this.captured.images.allocate(made);
    await this.catalog.store.put(object.key, bytes);
    const os_hash_value = createHash('sha512').update(bytes).digest('hex');
    const stored = { ...storedObject(object, bytes.length), os_hash_value, index_hash: null };
    const data = { ...importedData(made.image_id, made.job_id, object), object: stored };
    await this.catalog.publish(ImageImportedV1, made.image_id, data);
    await this.#active(made);
    return { ...made, ...object };
  }

  /** An active image as imports store it. */
  async makeDisk(disk: Buffer, owner?: RequestContext): Promise<TrueLayer> {
    const made = await this.captured.images.register(owner);
    const object = await this.captured.allocate(made, null);
    const written = await storeImage(this.catalog.store, disk);
    const bytes = await this.#move(written, object.key);
    const facts = {
      ...capturedObject(object, null),
      size: String(bytes.length),
      stored_size: String(bytes.length),
      virtual_size: written.object.virtual_size,
      index_hash: written.object.index_hash,
      os_hash_value: createHash('sha512').update(bytes).digest('hex'),
    };
    await this.catalog.publish(ImageCapturedV1, made.image_id, capturedData(made, facts, serverOrigin(null)));
    await this.#active(made);
    return { ...made, ...object, written };
  }

  /** An active image that is a layer on another one: the first bytes of the disk are others. */
  async makeLayer(on: TrueLayer, disk: Buffer, owner?: RequestContext): Promise<TrueLayer> {
    const made = await this.captured.images.register(owner);
    const object = await this.captured.allocate(made, on.object_id);
    const written = await storeImage(this.catalog.store, disk, {
      base: on.written,
      changed: [{ offset: 0, length: MIB }],
    });
    const bytes = await this.#move(written, object.key);
    const facts = {
      ...capturedObject(object, on.object_id),
      size: written.file_size,
      stored_size: String(bytes.length),
      virtual_size: written.object.virtual_size,
      index_hash: written.object.index_hash,
    };
    await this.catalog.publish(ImageCapturedV1, made.image_id, capturedData(made, facts, serverOrigin(on.image_id)));
    await this.#active(made);
    return { ...made, ...object, written };
  }

  /** Deletes what was made: what a round reads is then the next test's alone. */
  async clear(): Promise<void> {
    for (const { image_id, owner } of this.#made.splice(0).reverse())
      await this.catalog.ask(DeleteImage, { image_id, region: REGION }, owner).catch(goneAlready);
  }

  /** Changes one bit of an object in the store. */
  async flip(key: string, at: number): Promise<void> {
    const { size } = await this.catalog.store.head(key);
    const bytes = await this.catalog.store.read(key, { length: size });
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    await this.catalog.store.put(key, bytes);
  }

  scrubs(): Promise<Scrubs> {
    return this.catalog.ask(GetScrubs, { region: REGION }, operator());
  }

  start(): Promise<{ started: boolean }> {
    return this.catalog.ask(StartScrub, { region: REGION }, operator());
  }

  /** Makes one whole round, and answers what came of it. */
  async round(): Promise<Scrubs & { readonly last: NonNullable<Scrubs['scrub']>['rounds'][number] }> {
    const before = (await this.scrubs()).scrub?.rounds[0]?.round ?? 0;
    await this.start();
    return eventually(async () => {
      const now = await this.scrubs();
      const last = now.scrub?.rounds[0];
      if (last === undefined || last.round <= before) throw new Error('the round has not come to its end');
      return { ...now, last };
    });
  }

  damages({ image_id, owner }: MadeImage): Promise<ResponseOf<typeof GetImageDamages>> {
    return this.catalog.ask(GetImageDamages, { image_id, region: REGION }, owner);
  }

  open({ image_id }: MadeImage, as = operator()): Promise<unknown> {
    return this.catalog.ask(ReactivateImage, { image_id, region: REGION }, as);
  }

  close({ image_id }: MadeImage, as = operator()): Promise<unknown> {
    return this.catalog.ask(DeactivateImage, { image_id, region: REGION }, as);
  }

  async statusOf(made: MadeImage): Promise<string> {
    return (await this.captured.images.show(made.image_id, made.owner)).status;
  }

  async #active(made: MadeImage): Promise<void> {
    this.#made.push(made);
    await eventually(async () => {
      expect(await this.statusOf(made)).toBe('active');
    });
  }

  /** What was written under a key of its own becomes the object catalog knows. */
  async #move({ object }: WrittenImage, key: string): Promise<Buffer> {
    const { store } = this.catalog;
    const { size } = await store.head(object.key);
    const bytes = await store.read(object.key, { length: size });
    const index = await store.head(indexKey(object.key));
    await store.put(key, bytes);
    await store.put(indexKey(key), await store.read(indexKey(object.key), { length: index.size }));
    return bytes;
  }
}

function goneAlready(error: unknown): void {
  expect(error).toMatchObject({ code: 'image.not_found' });
}
