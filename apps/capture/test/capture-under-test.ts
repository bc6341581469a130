import { type JobView, RequestCapture, type RequestDefinition, type RequestOf } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { connectMessaging, Outbox, RequestClient } from '@imago/messaging';
import { type ObjectStore, Regions } from '@imago/object-store';
import { Crew } from '@imago/testing';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { CaptureModule } from '../src/capture.module.ts';
import { IMAGE_JOB_RUNNER } from '../src/jobs/image-jobs.ts';
import { CaptureWorker, type WorkerSurroundings } from './capture-worker.ts';
import { Looks } from './looks.ts';
import type { Neighbours } from './neighbours.ts';
import { captureOf, REGION, tenant } from './requests.ts';
import { startSurroundings } from './surroundings.ts';

/** The capture service with its neighbours, on a database, a broker and a bucket of its own; the workers are hired. */
export interface CaptureUnderTest extends Neighbours {
  readonly app: INestApplication;
  readonly db: DataSource;
  readonly looks: Looks;
  /** The images of {@link REGION}. */
  readonly store: ObjectStore;
  readonly qemuImg: string;
  /** A folder that goes with the suite. */
  readonly directory: string;
  /** Another worker, at work at once. */
  hire(): Promise<CaptureWorker>;
  ask<R extends RequestDefinition>(
    definition: R,
    data: R['request']['_input'],
    context?: RequestContext,
  ): Promise<R['response']['_output']>;
  /** Asks for a capture of a server as a member of its project. */
  request(serverId: string, change?: Partial<RequestOf<typeof RequestCapture>>): Promise<JobView>;
  close(): Promise<void>;
}

export async function startCapture(settings: Readonly<Record<string, string>> = {}): Promise<CaptureUnderTest> {
  const surroundings = await startSurroundings(settings);
  const { config, regions, neighbours, qemuImg, directory } = surroundings;
  const crew = new Crew((surroundings: WorkerSurroundings) => CaptureWorker.hire(surroundings));
  const module = await Test.createTestingModule({ imports: [CaptureModule.forRoot(config)] })
    .overrideProvider(IMAGE_JOB_RUNNER)
    .useValue(crew)
    .compile();
  const app = module.createNestApplication({ logger: ['error'] });
  await app.init();
  await connectMessaging(app);
  const workplace = { config, regions, outbox: app.get(Outbox), requests: app.get(RequestClient) };
  const ask: CaptureUnderTest['ask'] = (definition, data, context = tenant()) =>
    neighbours.requests.send(definition, data, { context });
  const db = app.get(DataSource);
  return {
    ...neighbours,
    app,
    db,
    looks: new Looks(db, neighbours.recorder),
    store: app.get(Regions).get(REGION).store,
    qemuImg,
    directory,
    hire: () => crew.hire(workplace),
    ask,
    request: async (serverId, change) => (await ask(RequestCapture, captureOf(serverId, change))).job,
    close: async () => {
      await crew.dismiss();
      await app.close();
      await surroundings.close();
    },
  };
}
