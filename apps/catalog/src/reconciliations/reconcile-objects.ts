import type { Difference } from '@imago/contracts';
import { IMAGES_PREFIX, indexKey, type ObjectStore, Regions } from '@imago/object-store';
import type { Findings, Reconciliation } from '@imago/reconciliation';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { eraseObject } from '../objects/erase-object.ts';
import type { ObjectRow } from '../objects/object.row.ts';

type OwnedObject = Pick<ObjectRow, 'id' | 'key' | 'state' | 'index_hash'>;

/** No object without a row, no row without an object. */
@Injectable()
export class ReconcileObjects implements Reconciliation {
  readonly name = 'objects';

  constructor(
    private readonly db: DataSource,
    private readonly regionList: Regions,
  ) {}

  regions(): Promise<readonly string[]> {
    return Promise.resolve(this.regionList.names);
  }

  /**
   * Rows are read before and after the store: a row comes before its first byte and goes after its last, so what is
   * under way is never taken for a fault.
   */
  async find(region: string): Promise<Findings> {
    const before = await this.#rows(region);
    const stored = await keysIn(this.regionList.get(region).store);
    const after = await this.#rows(region);
    const owned = new Set([...before, ...after].flatMap(({ key }) => [key, indexKey(key)]));
    const stillSealed = sealedKeys(after);
    const expected = [...sealedKeys(before)].filter((key) => stillSealed.has(key));
    return {
      compared: stored.all.length,
      differences: [
        ...stored.all.filter((key) => !owned.has(key)).map(orphan),
        ...expected.filter((key) => !stored.complete.has(key)).map(missing),
      ],
    };
  }

  /** What nobody owns is erased. What is missing cannot be made again: whoever has a copy of the store brings it back. */
  async repair(region: string, differences: readonly Difference[]): Promise<ReadonlySet<string>> {
    const { store } = this.regionList.get(region);
    const erased = differences.filter(({ problem }) => problem === 'object_orphan').map(({ subject }) => subject);
    for (const key of erased) await eraseObject(store, key);
    return new Set(erased);
  }

  #rows(region: string): Promise<OwnedObject[]> {
    return this.db.query('SELECT id, key, state, index_hash FROM catalog.objects WHERE region = $1', [region]);
  }
}

function orphan(key: string): Difference {
  return { subject: key, problem: 'object_orphan', detail: 'the store has it and no row owns it' };
}

function missing(key: string): Difference {
  return { subject: key, problem: 'object_missing', detail: 'a sealed row owns it and the store does not have it' };
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
