import { type FileChecksum, type ImportSource, refusal, type RequestImport, type RequestOf } from '@imago/contracts';
import { required } from '@imago/jobs';
import { Regions, uploadObjectKey } from '@imago/object-store';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { BucketAssignments } from '../../buckets/bucket-assignments.repository.ts';
import { requireState } from '../../resumable-uploads/resumable-upload.ts';
import { ResumableUploads } from '../../resumable-uploads/resumable-uploads.repository.ts';
import { TenantStores } from '../../object-stores/tenant-stores.ts';
import type { ImportJob } from '../import-job.ts';
import { bucketFailure, objectStoreFailure } from './bucket-failure.ts';
import type { JobSource } from './job-source.ts';
import type { SourceFile } from './source-file.ts';
import { StoredFile } from './stored-file.ts';
import { UploadedFile } from './uploaded-file.ts';
import type { UrlSecrets } from './url/url-secrets.ts';
import { UrlSources } from './url/url-sources.ts';

type Request = Pick<RequestOf<typeof RequestImport>, 'source' | 'region' | 'checksum'>;

type TheJob = Pick<ImportJob, 'id' | 'region' | 'project_id' | 'input' | 'data'>;

/** A source as a job keeps it: what may be seen of it, and what may not. */
export interface AcceptedSource {
  readonly source: Exclude<JobSource, { type: 'staged' }>;
  readonly secrets: UrlSecrets;
}

const NO_SECRETS: UrlSecrets = { query: '', headers: {} };

/** The files tenants may import, wherever they are. */
@Injectable()
export class TenantFiles {
  readonly #uploads: ResumableUploads;

  constructor(
    private readonly db: DataSource,
    private readonly buckets: BucketAssignments,
    private readonly regions: Regions,
    private readonly stores: TenantStores,
    private readonly urls: UrlSources,
  ) {
    this.#uploads = new ResumableUploads(db);
  }

  /**
   * Whether a project may import from there at all. Nothing is asked of the place itself yet.
   * @throws Refusal import.bucket_not_found, object_store.not_found, upload.not_found, the same for what is not there and
   * for what is another project's; import.url_refused, import.checksum_required
   */
  async accept({ source, region, checksum }: Request, projectId: string): Promise<AcceptedSource> {
    const accepted = await this.locate(source, region, projectId);
    this.requireChecksum(source, checksum);
    return accepted;
  }

  /**
   * The same as far as it is about the place alone.
   * @throws Refusal as {@link accept}, without import.checksum_required
   */
  async locate(source: ImportSource, region: string, projectId: string): Promise<AcceptedSource> {
    switch (source.type) {
      case 'bucket':
        await this.#requireBucket(source, region, projectId);
        return { source, secrets: NO_SECRETS };
      case 'url':
        return this.urls.locate(source);
      case 'object_store': {
        const { id, endpoint } = await this.stores.named(source.object_store, region, projectId);
        const { bucket, object } = source;
        return { source: { type: 'object_store', object_store_id: id, endpoint, bucket, object }, secrets: NO_SECRETS };
      }
      case 'upload':
        await this.#requireUpload(source.upload_id, region, projectId);
        return { source, secrets: NO_SECRETS };
      default:
        return source satisfies never;
    }
  }

  /** @throws Refusal import.checksum_required */
  requireChecksum(source: ImportSource, checksum: FileChecksum | null): void {
    if (source.type === 'url') this.urls.requireChecksum(checksum);
  }

  /** The file of a job. @throws Refusal object_store.not_found when its object store is gone, import.secret_unreadable */
  async of({ id, input, data, ...whose }: TheJob): Promise<SourceFile> {
    const { source } = input;
    if (source.type === 'staged') {
      const { store } = this.regions.get(whose.region);
      return new StoredFile(store, required(data.staged, 'staged').key, (error) => bucketFailure(error, source));
    }
    const secrets = source.type === 'url' ? await this.urls.secretsOf(id) : NO_SECRETS;
    return this.open({ source, secrets }, whose);
  }

  /** A file that was accepted. @throws Refusal object_store.not_found when its object store is gone */
  async open(
    { source, secrets }: AcceptedSource,
    { region, project_id }: { readonly region: string; readonly project_id: string },
  ): Promise<SourceFile> {
    switch (source.type) {
      case 'bucket': {
        const store = this.regions.get(region).bucketStore(source.bucket);
        return new StoredFile(store, source.object, (error) => bucketFailure(error, source));
      }
      case 'url':
        return this.urls.open(source, secrets);
      case 'object_store': {
        const store = await this.stores.open(source.object_store_id, project_id);
        return new StoredFile(store.withBucket(source.bucket), source.object, (error) =>
          objectStoreFailure(error, source),
        );
      }
      case 'upload': {
        const { store } = this.regions.get(region);
        const file = new StoredFile(store, uploadObjectKey(source.upload_id), (error) => bucketFailure(error, source));
        return new UploadedFile(file, () => this.#requireCompleted(source.upload_id, region));
      }
      default:
        return source satisfies never;
    }
  }

  /** Keeps what opens the file of a job, sealed, until the job ends. */
  keepSecrets(tx: EntityManager, jobId: string, secrets: UrlSecrets): Promise<void> {
    return this.urls.keep(tx, jobId, secrets);
  }

  /** Tells one set of secrets from another without telling anything else of it. */
  fingerprint(secrets: UrlSecrets): string {
    return this.urls.fingerprint(secrets);
  }

  /** Whether it is whole is asked when it is pinned: an order that is repeated may come when it is imported already. */
  async #requireUpload(id: string, region: string, projectId: string): Promise<void> {
    const upload = await this.#uploads.find(id, region);
    if (upload?.project_id !== projectId) throw refusal('upload.not_found', 'There is no such upload.');
  }

  /** Waits for whoever ends it at this moment; who comes later sees that a job needs it. */
  #requireCompleted(id: string, region: string): Promise<void> {
    return this.db.transaction(async (tx) => {
      const upload = await this.#uploads.share(tx, id, region);
      if (upload === null) throw refusal('upload.not_found', 'There is no such upload any more.');
      requireState(upload, 'completed');
    });
  }

  async #requireBucket(
    { bucket }: Extract<ImportSource, { type: 'bucket' }>,
    region: string,
    project_id: string,
  ): Promise<void> {
    if (await this.buckets.has({ project_id, region, bucket })) return;
    throw refusal('import.bucket_not_found', `Your project has no bucket ${bucket} in ${region}.`, { bucket, region });
  }
}
