import { type JobView, RequestImport, type RequestDefinition, type RequestOf } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { connectMessaging, Outbox, RequestClient } from '@imago/messaging';
import { type ObjectStore, Regions } from '@imago/object-store';
import { DnsResolver, HostResolver } from '@imago/outbound';
import { Crew } from '@imago/testing';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { BucketAssignments } from '../src/buckets/bucket-assignments.repository.ts';
import { ImportModule } from '../src/import.module.ts';
import { IMPORT_RUNNER } from '../src/imports/import-jobs.ts';
import { SourceRecords } from '../src/imports/source/source-records.ts';
import { TenantFiles } from '../src/imports/source/tenant-files.ts';
import { UrlSources } from '../src/imports/source/url/url-sources.ts';
import { ScanImage } from '../src/scans/scan-image.ts';
import { ResumableUploads } from '../src/resumable-uploads/resumable-uploads.repository.ts';
import { TenantStores } from '../src/object-stores/tenant-stores.ts';
import { ImportWorker, type WorkerSurroundings } from './import-worker.ts';
import { Looks } from './looks.ts';
import type { Neighbours } from './neighbours.ts';
import { importOf, REGION, tenant } from './requests.ts';
import { assignBuckets, type Elsewhere, startSurroundings } from './surroundings.ts';

/** The import service with its neighbours, on a database, a broker and buckets of its own; the workers are hired. */
export interface ImportUnderTest extends Neighbours {
  readonly app: INestApplication;
  readonly db: DataSource;
  readonly looks: Looks;
  /** The images of {@link REGION}. */
  readonly store: ObjectStore;
  /** The bucket of the project that imports, and what is in it. */
  readonly files: ObjectStore;
  readonly bucket: string;
  /** The bucket of another project. */
  readonly otherBucket: string;
  readonly elsewhere: Elsewhere;
  readonly qemuImg: string;
  /** A folder that goes with the suite. */
  readonly directory: string;
  /** Another worker, at work at once. */
  hire(): Promise<ImportWorker>;
  ask<R extends RequestDefinition>(
    definition: R,
    data: R['request']['_input'],
    context?: RequestContext,
  ): Promise<R['response']['_output']>;
  /** Asks for an import of `object` as a member of the project. */
  request(object: string, change?: Partial<RequestOf<typeof RequestImport>>): Promise<JobView>;
  close(): Promise<void>;
}

export async function startImport(
  settings: Readonly<Record<string, string>> = {},
  resolver: HostResolver = new DnsResolver(),
): Promise<ImportUnderTest> {
  const surroundings = await startSurroundings({ IMPORT_CONCURRENCY: '1', ...settings });
  const { config, regions, neighbours, buckets, elsewhere, qemuImg, directory } = surroundings;
  const crew = new Crew((surroundings: WorkerSurroundings) => ImportWorker.hire(surroundings));
  const module = await Test.createTestingModule({ imports: [ImportModule.forRoot(config)] })
    .overrideProvider(IMPORT_RUNNER)
    .useValue(crew)
    .overrideProvider(HostResolver)
    .useValue(resolver)
    .compile();
  const app = module.createNestApplication({ logger: ['error', 'warn'] });
  await app.init();
  await connectMessaging(app);
  await assignBuckets(surroundings);
  const workplace: WorkerSurroundings = {
    config,
    regions,
    outbox: app.get(Outbox),
    requests: app.get(RequestClient),
    tools: { records: app.get(SourceRecords), uploads: app.get(ResumableUploads), scanner: app.get(ScanImage) },
    files: (own, gated) =>
      new TenantFiles(own, app.get(BucketAssignments), gated, app.get(TenantStores), app.get(UrlSources)),
  };
  const ask: ImportUnderTest['ask'] = (definition, data, context = tenant()) =>
    neighbours.requests.send(definition, data, { context });
  const db = app.get(DataSource);
  const region = app.get(Regions).get(REGION);
  return {
    ...neighbours,
    app,
    db,
    looks: new Looks(db, neighbours.recorder),
    store: region.store,
    files: region.bucketStore(buckets.own),
    bucket: buckets.own,
    otherBucket: buckets.other,
    elsewhere,
    qemuImg,
    directory,
    hire: () => crew.hire(workplace),
    ask,
    request: async (object, change) => (await ask(RequestImport, importOf(buckets.own, object, change))).job,
    close: async () => {
      await crew.dismiss();
      await app.close();
      await surroundings.close();
    },
  };
}
