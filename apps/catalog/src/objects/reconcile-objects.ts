import type { ReconcileObjects as ReconcileObjectsContract, ResponseOf } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { IMAGES_PREFIX, indexKey, type ObjectStore, Regions } from '@imago/object-store';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { requireOperation } from '../images/image-access.ts';
import type { ObjectRow } from './object.row.ts';

type Report = ResponseOf<typeof ReconcileObjectsContract>;
type OwnedObject = Pick<ObjectRow, 'id' | 'key' | 'state' | 'index_hash'>;

/** An answer has to fit a message; who has more faults than this looks again after mending these. */
const REPORTED = 1000;

/** Proves, or tells where not: no object without a row, no row without an object. Changes nothing. */
@Injectable()
export class ReconcileObjects {
  constructor(
    private readonly db: DataSource,
    private readonly regions: Regions,
  ) {}

  /**
   * Rows are read before and after the store: a row comes before its first byte and goes after its last, so what is
   * under way is never taken for a fault.
   * @throws Refusal auth.forbidden, region.not_found
   */
  async execute(regionName: string, context: RequestContext): Promise<Report> {
    requireOperation(context);
    const region = this.regions.get(regionName);
    const before = await this.#rows(region.name);
    const stored = await keysIn(region.store);
    const after = await this.#rows(region.name);
    const owned = new Set([...before, ...after].flatMap(({ key }) => [key, indexKey(key)]));
    const stillSealed = sealedKeys(after);
    const expected = [...sealedKeys(before)].filter((key) => stillSealed.has(key));
    return {
      orphan_objects: stored.all.filter((key) => !owned.has(key)).slice(0, REPORTED),
      missing_objects: expected.filter((key) => !stored.complete.has(key)).slice(0, REPORTED),
      writing: after.filter(({ state }) => state === 'writing').length,
      abandoned: after.filter(({ state }) => state === 'abandoned').length,
    };
  }

  #rows(region: string): Promise<OwnedObject[]> {
    return this.db.query('SELECT id, key, state, index_hash FROM catalog.objects WHERE region = $1', [region]);
  }
}

/** What sealed rows promise: the object, and its index where it has one. */
function sealedKeys(rows: readonly OwnedObject[]): Set<string> {
  const sealed = rows.filter(({ state }) => state === 'sealed');
  return new Set(sealed.flatMap(({ key, index_hash }) => (index_hash === null ? [key] : [key, indexKey(key)])));
}

async function keysIn(store: ObjectStore): Promise<{ all: readonly string[]; complete: ReadonlySet<string> }> {
  const [objects, uploads] = await Promise.all([store.list(IMAGES_PREFIX), store.listMultiparts(IMAGES_PREFIX)]);
  const complete = new Set(objects.map(({ key }) => key));
  return { all: [...new Set([...complete, ...uploads.map(({ key }) => key)])], complete };
}
