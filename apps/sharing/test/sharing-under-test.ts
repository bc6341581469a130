import { randomBytes, randomUUID } from 'node:crypto';
import {
  AnswerShares,
  ImageDeletedV1,
  type ShownImage,
  ImageUpdatedV1,
  ListImageShares,
  ListShares,
  type MemberStatus,
  type RequestDefinition,
  type RequestOf,
  type ResponseOf,
  ShareImage,
  UnshareImage,
} from '@imago/contracts';
import { imageRecord } from '@imago/contracts/testing';
import type { RequestContext } from '@imago/identity';
import { suiteDatabase, suiteTopology } from '@imago/messaging/testing';
import type { PersistentService } from '@imago/persistence';
import { databaseUrl, superuserUrl } from '@imago/persistence/testing';
import { loadConfig, rootLogger, startService } from '@imago/service';
import { eventually, testEnvironment } from '@imago/testing';
import { DataSource } from 'typeorm';
import { sharingConfig } from '../src/config.ts';
import { SHARING_MIGRATIONS } from '../src/migrations/sharing-migrations.ts';
import { sharingService } from '../src/sharing-service.ts';
import { type Neighbours, startNeighbours } from './neighbours.ts';

export const REGION = 'region-1';

type Shared = ResponseOf<typeof ShareImage>;

/** Somebody of a project. */
export function tenant(project: string, roles: RequestContext['roles'] = ['member', 'reader']): RequestContext {
  const request_id = randomUUID();
  const user = { user_id: `user-of-${project}`, user_name: project };
  return { ...user, project_id: project, roles, request_id, correlation_id: request_id };
}

/** Sharing with its neighbours, on a database and a broker of its own. */
export class SharingUnderTest {
  private constructor(
    readonly db: DataSource,
    private readonly neighbours: Neighbours,
    readonly close: () => Promise<void>,
  ) {}

  static async start(): Promise<SharingUnderTest> {
    const env = await testEnvironment({
      postgres: true,
      rabbitmq: true,
      vhost: suiteTopology,
      provision: suiteDatabase('sharing', SHARING_MIGRATIONS),
    });
    const contextKey = randomBytes(32).toString('hex');
    const { amqpUrl } = env.rabbitmq;
    const runUrl = (service: PersistentService): string => databaseUrl(env.postgres, service, 'run');
    const settings = { DATABASE_URL: runUrl('sharing'), AMQP_URL: amqpUrl, IMAGO_CONTEXT_KEY: contextKey };
    const neighbours = await startNeighbours({ runUrl, amqpUrl, contextKey });
    const running = await startService(
      sharingService(loadConfig(sharingConfig, settings)),
      rootLogger('sharing', 'error'),
    );
    const db = await new DataSource({ type: 'postgres', url: superuserUrl(env.postgres) }).initialize();
    return new SharingUnderTest(db, neighbours, async () => {
      await neighbours.close();
      await running.stop();
      await db.destroy();
      await env.close();
    });
  }

  get world(): Neighbours['world'] {
    return this.neighbours.world;
  }

  get recorder(): Neighbours['recorder'] {
    return this.neighbours.recorder;
  }

  /** An image as catalog knows it. */
  image(overrides: Partial<ShownImage> = {}): ShownImage {
    const image = imageRecord({ id: randomUUID(), owner: `p-${randomUUID()}`, region: REGION, ...overrides });
    this.world.images.set(image.id, image);
    return image;
  }

  ask<R extends RequestDefinition>(
    definition: R,
    data: R['request']['_input'],
    context: RequestContext,
  ): Promise<R['response']['_output']> {
    return this.neighbours.requests.send(definition, data, { context });
  }

  share({ id, owner }: ShownImage, project_ids: string[], context = tenant(owner), opens = true): Promise<Shared> {
    return this.ask(ShareImage, { image_id: id, region: REGION, project_ids, opens }, context);
  }

  unshare({ id, owner }: ShownImage, project_ids: string[], context = tenant(owner), closes = true): Promise<Shared> {
    return this.ask(UnshareImage, { image_id: id, region: REGION, project_ids, closes }, context);
  }

  answer(
    image_ids: string[],
    status: MemberStatus,
    context: RequestContext,
    project_id: string | null = null,
  ): Promise<ResponseOf<typeof AnswerShares>> {
    return this.ask(AnswerShares, { region: REGION, image_ids, status, project_id }, context);
  }

  inbox(
    context: RequestContext,
    query: Partial<RequestOf<typeof ListShares>> = {},
  ): Promise<ResponseOf<typeof ListShares>> {
    return this.ask(ListShares, { region: REGION, status: null, limit: 100, marker: null, ...query }, context);
  }

  list({ id, owner }: ShownImage, context = tenant(owner)): Promise<ResponseOf<typeof ListImageShares>> {
    return this.ask(ListImageShares, { image_id: id, region: REGION, requires_shared: false }, context);
  }

  /** Catalog tells of changes. Answers the id of the event. */
  publishUpdated(image: ShownImage, changed: string[]): Promise<string> {
    return this.neighbours.publish(ImageUpdatedV1, image.id, { image, changed });
  }

  /** Catalog tells of the image as it is now; heard when this is answered. */
  async tell(what: 'updated' | 'deleted', image: ShownImage): Promise<void> {
    this.world.images.set(image.id, image);
    const id =
      what === 'updated'
        ? await this.publishUpdated(image, ['name'])
        : await this.neighbours.publish(ImageDeletedV1, image.id, { image, members: [] });
    await eventually(async () => {
      const heard: unknown[] = await this.db.query('SELECT 1 FROM sharing.inbox WHERE message_id = $1', [id]);
      if (heard.length === 0) throw new Error('sharing has not heard of it yet');
    });
  }
}

/** The codes of what was refused, null for what was done, in the order of the request. */
export function codes({
  results,
}: {
  readonly results: readonly { readonly error: { readonly code: string } | null }[];
}): (string | null)[] {
  return results.map(({ error }) => error?.code ?? null);
}
