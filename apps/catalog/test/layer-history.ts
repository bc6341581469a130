import { randomUUID } from 'node:crypto';
import { AllocateObject, refusal, RegisterImage } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { inTransaction } from '@imago/messaging';
import { expect } from 'vitest';
import { LayerOutcomes } from '../src/images/layer-outcomes.ts';
import { MakingOutcomes } from '../src/images/making-outcomes.ts';
import type { ObjectRow } from '../src/objects/object.row.ts';
import { CapturedImages, somebody } from './captured-images.ts';
import { type CatalogUnderTest, REGION, worker } from './catalog-under-test.ts';
import { capturedObject, HASHES, registration, serverOrigin, storedObject } from './requests.ts';

/** Something done by somebody who knows nothing of the others. `what` is which image, server or object, counted around. */
export interface Step {
  readonly act: 'begin' | 'make' | 'fail' | 'delete' | 'hold' | 'release' | 'flatten' | 'finish' | 'cancel';
  readonly what: number;
  readonly on: number;
}

type Making = {
  readonly job_id: string;
  readonly object_id: string;
  readonly key: string;
  readonly parent: string | null;
};

interface Image {
  readonly image_id: string;
  readonly first: Making;
  status: 'making' | 'active' | 'gone';
  /** What it is read from. */
  object: string;
  second: Making | null;
}

const CAUSE = { correlation_id: 'tests' };

/** What there must be, by a model that knows nothing of references, and what there is. */
export class LayerHistory {
  readonly owner: RequestContext = somebody();
  readonly images: Image[] = [];
  readonly servers = Array.from({ length: 3 }, () => randomUUID());
  /** Server and object. */
  readonly holds = new Map<string, string>();
  readonly parents = new Map<string, string | null>();
  readonly #captured: CapturedImages;

  constructor(private readonly catalog: CatalogUnderTest) {
    this.#captured = new CapturedImages(catalog);
  }

  async take(each: Step): Promise<void> {
    if (each.act === 'begin' || this.images.length === 0) return this.#begin(each);
    const image = this.images[each.what % this.images.length];
    if (image === undefined) throw new Error('there is one');
    if (each.act === 'release') return this.#release(each);
    return this.#change(image, each);
  }

  /** A layer on anything that was ever stored, which is refused when it is gone. */
  async #begin({ on }: Step): Promise<void> {
    const request = registration();
    await this.catalog.ask(RegisterImage, request, this.owner);
    const { image_id, job_id } = request;
    const stored = [...this.parents.keys()];
    const parent = stored.length === 0 || on === 0 ? null : (stored[on % stored.length] ?? null);
    const allocate = (parent_object_id: string | null): Promise<{ object_id: string; key: string }> =>
      this.catalog.ask(
        AllocateObject,
        { image_id, region: REGION, job_id, parent_object_id },
        worker(this.owner.project_id),
      );
    const object = await allocate(parent).catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'image.parent_unusable' });
      return null;
    });
    const given = object ?? (await allocate(null));
    const first = { job_id, ...given, parent: object === null ? null : parent };
    this.images.push({ image_id, first, status: 'making', object: given.object_id, second: null });
  }

  async #change(image: Image, { act, on }: Step): Promise<void> {
    const { image_id, first, second } = image;
    const making = { image_id, job_id: first.job_id, cause: CAUSE };
    const named = { ...first, image_id, owner: this.owner };
    switch (act) {
      case 'make': {
        const object = capturedObject(first, first.parent);
        const from = { origin: serverOrigin(null) };
        await this.#apply(async (tx) => {
          await this.catalog.app.get(MakingOutcomes).stored(tx, making, { object, from });
        });
        if (image.status !== 'making') return;
        image.status = 'active';
        this.parents.set(first.object_id, first.parent);
        return;
      }
      case 'fail': {
        const error = refusal('capture.disk_unreadable', 'It cannot be read.').toDocument();
        await this.#apply((tx) => this.catalog.app.get(MakingOutcomes).failed(tx, making, error));
        if (image.status === 'making') image.status = 'gone';
        return;
      }
      case 'delete': {
        await this.#captured.remove(named).catch((error: unknown) => {
          expect(error).toMatchObject({ code: 'image.not_found' });
        });
        image.status = 'gone';
        return;
      }
      case 'hold': {
        const server = this.servers[on % this.servers.length] ?? '';
        if (image.status !== 'active') {
          await expect(this.#captured.held.hold(named, [server])).rejects.toMatchObject({
            code: expect.stringMatching(/^image\.(not_|wrong_state)/),
          });
          return;
        }
        await this.#captured.held.hold(named, [server]);
        this.holds.set(`${server} ${image.object}`, image.object);
        return;
      }
      case 'flatten': {
        const isLayered = image.status === 'active' && this.#parentOf(image.object) !== null;
        const begun = this.#captured.beginFlatten(named);
        if (isLayered && second === null) image.second = { ...(await begun), parent: null };
        else if (isLayered) await begun.then((other) => this.#endFlatten(image_id, other.job_id));
        else await expect(begun).rejects.toMatchObject({ code: expect.stringMatching(/^image\.(not_|wrong_state)/) });
        return;
      }
      case 'finish': {
        if (second === null) return;
        const whole = { ...storedObject(second, 4000), ...HASHES };
        const flattening = { ...making, job_id: second.job_id };
        await this.#apply((tx) => this.catalog.app.get(LayerOutcomes).flattened(tx, flattening, whole));
        image.second = null;
        if (image.status !== 'active') return;
        image.object = second.object_id;
        this.parents.set(second.object_id, null);
        return;
      }
      case 'cancel': {
        if (second === null) return;
        await this.#endFlatten(image_id, second.job_id);
        image.second = null;
        return;
      }
      case 'begin':
      case 'release':
        throw new Error('these are of no image');
      default:
        return act satisfies never;
    }
  }

  async #release({ what, on }: Step): Promise<void> {
    const server = this.servers[what % this.servers.length] ?? '';
    const object = [...this.parents.keys()][on] ?? null;
    await this.#captured.held.release([server], object);
    for (const [hold, held] of [...this.holds]) {
      if (hold.startsWith(server) && (object === null || object === held)) this.holds.delete(hold);
    }
  }

  #endFlatten(image_id: string, job_id: string): Promise<void> {
    return this.#apply((tx) => this.catalog.app.get(LayerOutcomes).flattenEnded(tx, { image_id, job_id }));
  }

  #apply(work: Parameters<typeof inTransaction<void>>[1]): Promise<void> {
    return inTransaction(this.catalog.db, work);
  }

  /** Everything live images, servers and writers need, down to the base of each. */
  needed(): ReadonlySet<string> {
    const live = this.images.filter(({ status }) => status !== 'gone');
    const writing = live.flatMap(({ second }) => (second === null ? [] : [second.object_id]));
    const roots = [...live.map(({ object }) => object), ...writing, ...this.holds.values()];
    return new Set(roots.flatMap((root) => this.#lineOf(root)));
  }

  #lineOf(object: string): string[] {
    const parent = this.#parentOf(object);
    return parent === null ? [object] : [object, ...this.#lineOf(parent)];
  }

  #parentOf(object: string): string | null {
    const made = this.images.find(({ first }) => first.object_id === object);
    return made?.first.parent ?? null;
  }

  /** The objects of this run that nobody has given up. */
  async alive(): Promise<ReadonlySet<string>> {
    const rows: Pick<ObjectRow, 'id'>[] = await this.catalog.db.query(
      `SELECT o.id FROM catalog.objects o JOIN catalog.images i ON i.id = o.image_id
       WHERE i.owner = $1 AND o.state IN ('writing', 'sealed')`,
      [this.owner.project_id],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** Layers that are written or sealed on what is gone, or without the reference that keeps it. */
  groundless(): Promise<unknown[]> {
    return this.catalog.db.query(
      `SELECT o.id FROM catalog.objects o LEFT JOIN catalog.objects parent ON parent.id = o.parent_object_id
       LEFT JOIN catalog.object_references r
         ON r.object_id = o.parent_object_id AND r.holder_type = 'layer' AND r.holder_id = o.id
       WHERE o.parent_object_id IS NOT NULL AND (parent.state IS DISTINCT FROM 'sealed' OR r.object_id IS NULL)`,
    );
  }

  /** Ends everything that is left, all at once. */
  async end(): Promise<void> {
    const ends = this.images.flatMap((_, what) =>
      (['delete', 'cancel', 'fail'] as const).map((act) => this.take({ act, what, on: 0 })),
    );
    await Promise.all([...ends, this.#captured.held.release(this.servers)]);
    this.holds.clear();
  }
}
