import { randomUUID } from 'node:crypto';
import {
  CreateWebhook,
  DeleteWebhook,
  ImageReadyV1,
  ListWebhookDeliveries,
  type RequestOf,
  ShowWebhook,
  ShowWebhookDelivery,
  UpdateWebhook,
  type WebhookDelivery,
  type WebhookRecord,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { eventually } from '@imago/testing';
import { type ActivityUnderTest, REGION, tenant } from './activity-under-test.ts';
import { imageFact, newImage } from './facts.ts';
import { Receiver } from './receiver.ts';

/** Quick retries and short patience, so that what takes a day takes a moment. */
export const QUICK = {
  ACTIVITY_WEBHOOK_HTTP: 'true',
  ACTIVITY_WEBHOOK_ALLOW: '127.0.0.0/8',
  ACTIVITY_WEBHOOK_ATTEMPTS: '3',
  ACTIVITY_WEBHOOK_RETRY_SECONDS: '0.05',
  ACTIVITY_WEBHOOK_LONGEST_RETRY_SECONDS: '0.2',
  ACTIVITY_WEBHOOK_POLL_SECONDS: '0.05',
  ACTIVITY_WEBHOOK_DISABLE_AFTER: '3',
} as const;

/** A project with a webhook and the server it leads to. */
export interface Subscriber {
  readonly context: RequestContext;
  readonly project: string;
  readonly receiver: Receiver;
  readonly id: string;
  readonly secret: string;
}

/** Webhooks as projects use them. */
export class WebhooksUnderTest {
  readonly #open: Receiver[] = [];

  constructor(readonly activity: ActivityUnderTest) {}

  async close(): Promise<void> {
    for (const receiver of this.#open) await receiver.close();
  }

  async receiver(): Promise<Receiver> {
    const receiver = await Receiver.listen();
    this.#open.push(receiver);
    return receiver;
  }

  /** A project that is told of some types, or of everything. */
  async subscribe(
    types: readonly string[] = [],
    { project = randomUUID(), url }: { readonly project?: string; readonly url?: string } = {},
  ): Promise<Subscriber> {
    const [receiver, context] = [await this.receiver(), tenant(project)];
    const { webhook, secret } = await this.create(context, { url: url ?? receiver.url, types: [...types] });
    receiver.secret = secret;
    return { context, project, receiver, id: webhook.id, secret: secret ?? '' };
  }

  create(
    context: RequestContext,
    wanted: Partial<RequestOf<typeof CreateWebhook>> & { readonly url: string },
  ): Promise<{ webhook: WebhookRecord; secret: string | null }> {
    const usual = { webhook_id: randomUUID(), region: REGION, types: [], secret: null };
    return this.activity.ask(CreateWebhook, { ...usual, ...wanted }, context);
  }

  async show({ id, context }: Pick<Subscriber, 'id' | 'context'>): Promise<WebhookRecord> {
    return (await this.activity.ask(ShowWebhook, { webhook_id: id, region: REGION }, context)).webhook;
  }

  update(
    { id, context }: Pick<Subscriber, 'id' | 'context'>,
    change: Partial<RequestOf<typeof UpdateWebhook>>,
  ): Promise<{ webhook: WebhookRecord; secret: string | null }> {
    const nothing = { url: null, types: null, state: null, secret: null };
    return this.activity.ask(UpdateWebhook, { webhook_id: id, region: REGION, ...nothing, ...change }, context);
  }

  async delete({ id, context }: Pick<Subscriber, 'id' | 'context'>): Promise<void> {
    await this.activity.ask(DeleteWebhook, { webhook_id: id, region: REGION }, context);
  }

  async deliveries(
    { id, context }: Pick<Subscriber, 'id' | 'context'>,
    asked: { readonly state?: WebhookDelivery['state']; readonly limit?: number; readonly marker?: string } = {},
  ): Promise<readonly WebhookDelivery[]> {
    const usual = { webhook_id: id, region: REGION, state: null, limit: 1000, marker: null };
    return (await this.activity.ask(ListWebhookDeliveries, { ...usual, ...asked }, context)).deliveries;
  }

  async delivery({ id, context }: Pick<Subscriber, 'id' | 'context'>, delivery_id: string): Promise<WebhookDelivery> {
    const wanted = { webhook_id: id, region: REGION, delivery_id };
    return (await this.activity.ask(ShowWebhookDelivery, wanted, context)).delivery;
  }

  /** Tells a project that so many images are ready, one after the other; answers the events' ids. */
  async tell(project: string, many = 1): Promise<string[]> {
    const image = newImage(project);
    const facts = Array.from({ length: many }, (_, place) => imageFact(image, ImageReadyV1, place + 1));
    return this.activity.catalog.publish(...facts);
  }

  /** Waits until the webhook has so many deliveries and all of them are in that state. */
  async all(
    subscriber: Subscriber,
    many: number,
    state: WebhookDelivery['state'],
  ): Promise<readonly WebhookDelivery[]> {
    return eventually(async () => {
      const deliveries = await this.deliveries(subscriber);
      const states = deliveries.map((delivery) => delivery.state);
      if (states.length !== many || states.some((each) => each !== state))
        throw new Error(`the deliveries are ${states.join(', ') || 'none'}`);
      return deliveries;
    });
  }
}
