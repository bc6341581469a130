import { type JobView, RequestCopy, RequestExport, type RequestDefinition, type RequestOf } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { connectMessaging, Outbox, RequestClient } from '@imago/messaging';
import { type ObjectStore, Regions } from '@imago/object-store';
import { Crew } from '@imago/testing';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { ExportModule } from '../src/export.module.ts';
import { TRANSFER_JOB_RUNNER } from '../src/jobs/transfer-jobs.ts';
import { ExportWorker, type WorkerSurroundings } from './export-worker.ts';
import { Looks } from './looks.ts';
import type { Neighbours } from './neighbours.ts';
import { copyOf, exportOf, OTHER_REGION, REGION, tenant } from './requests.ts';
import { startSurroundings, type Surroundings } from './surroundings.ts';

/** The export service with its neighbours, on a database, a broker and buckets of its own; the workers are hired. */
export interface ExportUnderTest extends Neighbours, Pick<Surroundings, 'buckets' | 's3' | 'qemuImg' | 'directory'> {
  readonly app: INestApplication;
  readonly db: DataSource;
  readonly looks: Looks;
  /** The images of {@link REGION}. */
  readonly store: ObjectStore;
  /** The images of {@link OTHER_REGION}. */
  readonly otherStore: ObjectStore;
  /** The bucket of the tenant. */
  readonly bucket: ObjectStore;
  /** Another worker, at work at once. */
  hire(): Promise<ExportWorker>;
  ask<R extends RequestDefinition>(
    definition: R,
    data: R['request']['_input'],
    context?: RequestContext,
  ): Promise<R['response']['_output']>;
  /** Asks for an export of an image to the tenant's bucket, as a member of its project. */
  request(
    imageId: string,
    change?: Partial<RequestOf<typeof RequestExport>>,
    context?: RequestContext,
  ): Promise<JobView>;
  /** Asks for a copy of an image within its region, as a member of its project. */
  copy(imageId: string, change?: Partial<RequestOf<typeof RequestCopy>>, context?: RequestContext): Promise<JobView>;
}

export async function startExport(
  settings: Readonly<Record<string, string>> = {},
): Promise<ExportUnderTest & { close(): Promise<void> }> {
  const surroundings = await startSurroundings(settings);
  const { config, regions, neighbours, buckets, s3, qemuImg, directory } = surroundings;
  const crew = new Crew((surroundings: WorkerSurroundings) => ExportWorker.hire(surroundings));
  const module = await Test.createTestingModule({ imports: [ExportModule.forRoot(config)] })
    .overrideProvider(TRANSFER_JOB_RUNNER)
    .useValue(crew)
    .compile();
  const app = module.createNestApplication({ logger: ['error'] });
  await app.init();
  await connectMessaging(app);
  const workplace = { config, regions, outbox: app.get(Outbox), requests: app.get(RequestClient) };
  const ask: ExportUnderTest['ask'] = (definition, data, context = tenant()) =>
    neighbours.requests.send(definition, data, { context });
  const db = app.get(DataSource);
  const region = app.get(Regions).get(REGION);
  return {
    ...neighbours,
    ...{ buckets, s3, qemuImg, directory },
    app,
    db,
    looks: new Looks(db, neighbours.recorder),
    store: region.store,
    otherStore: app.get(Regions).get(OTHER_REGION).store,
    bucket: region.bucketStore(buckets.own),
    hire: () => crew.hire(workplace),
    ask,
    request: async (imageId, change, context) =>
      (await ask(RequestExport, exportOf(imageId, buckets.own, change), context)).job,
    copy: async (imageId, change, context) => (await ask(RequestCopy, copyOf(imageId, change), context)).job,
    close: async () => {
      await crew.dismiss();
      await app.close();
      await surroundings.close();
    },
  };
}
