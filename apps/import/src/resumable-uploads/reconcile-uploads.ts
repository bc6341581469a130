import { type Difference, refusal } from '@imago/contracts';
import { inTransaction } from '@imago/messaging';
import { type ObjectStore, Regions, uploadObjectKey, UPLOADS_PREFIX } from '@imago/object-store';
import type { Findings, Reconciliation } from '@imago/reconciliation';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { EndResumableUpload } from './end-resumable-upload.ts';
import { eraseUpload } from './erase-upload.ts';
import { ResumableUploads } from './resumable-uploads.repository.ts';

/** Where an upload is in its life, as far as the store is concerned. */
interface Owner {
  readonly id: string;
  /** One object is made of it, and nothing else is to be there. */
  readonly isWhole: boolean;
}

/** No bytes of an upload without its row, and no whole upload without its bytes. */
@Injectable()
export class ReconcileUploads implements Reconciliation {
  readonly name = 'uploads';

  constructor(
    private readonly db: DataSource,
    private readonly uploads: ResumableUploads,
    private readonly ending: EndResumableUpload,
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
    const before = await this.#owners(region);
    const stored = await keysIn(this.regionList.get(region).store);
    const after = await this.#owners(region);
    const owned = new Set([...before, ...after].map(({ id }) => uploadObjectKey(id)));
    const stillWhole = new Set(after.filter(({ isWhole }) => isWhole).map(({ id }) => id));
    const expected = before.filter(({ id, isWhole }) => isWhole && stillWhole.has(id));
    return {
      compared: stored.all.length,
      differences: [
        ...stored.all.filter((key) => !owned.has(key)).map(orphan),
        ...expected.filter(({ id }) => !stored.whole.has(uploadObjectKey(id))).map(({ id }) => missing(id)),
      ],
    };
  }

  /** What nobody owns is erased. A file that is gone cannot be imported, which its owner is told. */
  async repair(region: string, differences: readonly Difference[]): Promise<ReadonlySet<string>> {
    const right = new Set<string>();
    for (const { subject, problem } of differences) {
      if (problem === 'upload_orphan') await eraseUpload(this.regionList.get(region).store, subject);
      else await this.#fail(subject, region);
      right.add(subject);
    }
    return right;
  }

  #fail(id: string, region: string): Promise<void> {
    return inTransaction(this.db, async (tx) => {
      const upload = await this.uploads.lock(tx, id, region);
      if (upload?.state !== 'completed') return;
      await this.ending.fail(tx, upload, refusal('upload.incomplete', 'The store has lost the file.'));
    });
  }

  #owners(region: string): Promise<Owner[]> {
    return this.db.query(
      `SELECT id, state = 'completed' AS "isWhole" FROM import.resumable_uploads
       WHERE region = $1 AND erased_at IS NULL`,
      [region],
    );
  }
}

function orphan(key: string): Difference {
  return { subject: key, problem: 'upload_orphan', detail: 'the store has it and no upload owns it' };
}

function missing(id: string): Difference {
  return { subject: id, problem: 'upload_missing', detail: 'the upload is completed and the store does not have it' };
}

async function keysIn(store: ObjectStore): Promise<{ all: readonly string[]; whole: ReadonlySet<string> }> {
  const [objects, multiparts] = await Promise.all([store.list(UPLOADS_PREFIX), store.listMultiparts(UPLOADS_PREFIX)]);
  const whole = new Set(objects.map(({ key }) => key));
  return { all: [...new Set([...whole, ...multiparts.map(({ key }) => key)])], whole };
}
