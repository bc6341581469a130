import { SecretBox } from '@imago/persistence';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { UrlSecrets } from './url/url-secrets.ts';

const NOTHING: UrlSecrets = { query: '', headers: {} };

/** What opens the file of a job: sealed for that job, and gone with the end of it. */
@Injectable()
export class SourceSecrets {
  constructor(private readonly box: SecretBox) {}

  async keep(tx: EntityManager, jobId: string, secrets: UrlSecrets): Promise<void> {
    if (isNothing(secrets)) return;
    const sealed = this.box.seal(JSON.stringify(secrets), jobId);
    await tx.query('INSERT INTO import.source_secrets (job_id, sealed) VALUES ($1, $2)', [jobId, sealed]);
  }

  /** @throws Refusal import.secret_unreadable */
  async find(db: EntityManager, jobId: string): Promise<UrlSecrets> {
    const rows: { sealed: Buffer }[] = await db.query('SELECT sealed FROM import.source_secrets WHERE job_id = $1', [
      jobId,
    ]);
    const [row] = rows;
    return row === undefined ? NOTHING : (JSON.parse(this.box.open(row.sealed, jobId)) as UrlSecrets);
  }

  async forget(tx: EntityManager, jobId: string): Promise<void> {
    await tx.query('DELETE FROM import.source_secrets WHERE job_id = $1', [jobId]);
  }

  /** Tells one set of secrets from another without telling anything else of it. */
  fingerprint(secrets: UrlSecrets): string {
    return this.box.fingerprint(JSON.stringify(secrets));
  }
}

function isNothing({ query, headers }: UrlSecrets): boolean {
  return query === '' && Object.keys(headers).length === 0;
}
