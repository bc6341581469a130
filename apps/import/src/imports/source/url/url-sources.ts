import { type FileChecksum, type ImportSource, refusal } from '@imago/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { IMPORT_CONFIG } from '../../../config-token.ts';
import type { ImportConfig } from '../../../config.ts';
import { connectionRefusal } from '../connection-refusal.ts';
import type { JobSource } from '../job-source.ts';
import { SourceSecrets } from '../source-secrets.repository.ts';
import { UrlClient } from './url-client.ts';
import { UrlFile } from './url-file.ts';
import { splitUrl, type UrlSecrets } from './url-secrets.ts';

type UrlSource = Extract<JobSource, { type: 'url' }>;

/** The files on web servers, and what opens them. */
@Injectable()
export class UrlSources {
  constructor(
    private readonly db: DataSource,
    private readonly secrets: SourceSecrets,
    private readonly client: UrlClient,
    @Inject(IMPORT_CONFIG) private readonly config: Pick<ImportConfig, 'IMPORT_URL_CHECKSUM_REQUIRED'>,
  ) {}

  /**
   * A URL in two: what a job shows of it, and what is kept apart. Nothing is asked of its server yet.
   * @throws Refusal import.url_refused
   */
  locate({ url, headers }: Extract<ImportSource, { type: 'url' }>): {
    readonly source: UrlSource;
    readonly secrets: UrlSecrets;
  } {
    const { shown, query } = splitUrl(this.#checked(url));
    return { source: { type: 'url', url: shown }, secrets: { query, headers } };
  }

  /** @throws Refusal import.checksum_required */
  requireChecksum(checksum: FileChecksum | null): void {
    if (checksum === null && this.config.IMPORT_URL_CHECKSUM_REQUIRED)
      throw refusal('import.checksum_required', 'A file that is imported from a URL needs a checksum here.');
  }

  open({ url }: UrlSource, secrets: UrlSecrets): UrlFile {
    return new UrlFile(this.client, url, secrets);
  }

  /** What opens the file of a job. @throws Refusal import.secret_unreadable */
  secretsOf(jobId: string): Promise<UrlSecrets> {
    return this.secrets.find(this.db.manager, jobId);
  }

  /** Keeps what opens the file of a job, sealed, until the job ends. */
  keep(tx: EntityManager, jobId: string, secrets: UrlSecrets): Promise<void> {
    return this.secrets.keep(tx, jobId, secrets);
  }

  /** Tells one set of secrets from another without telling anything else of it. */
  fingerprint(secrets: UrlSecrets): string {
    return this.secrets.fingerprint(secrets);
  }

  #checked(text: string): URL {
    try {
      return this.client.check(text);
    } catch (error) {
      throw connectionRefusal(error, 'the URL') ?? error; // the text is not shown: it may be a key in the wrong place
    }
  }
}
