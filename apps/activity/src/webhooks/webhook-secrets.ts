import { SecretBox } from '@imago/persistence';
import { Inject, Injectable } from '@nestjs/common';
import { ACTIVITY_CONFIG } from '../config-token.ts';
import type { ActivityConfig } from '../config.ts';
import type { Webhook } from './webhook.row.ts';

const HOUR = 3_600_000;

/** The secrets that a webhook's messages are signed with. */
@Injectable()
export class WebhookSecrets {
  constructor(
    private readonly box: SecretBox,
    @Inject(ACTIVITY_CONFIG) private readonly config: Pick<ActivityConfig, 'ACTIVITY_WEBHOOK_OLD_SECRET_HOURS'>,
  ) {}

  /** As it is kept. */
  seal(secret: string, webhookId: string): Buffer {
    return this.box.seal(secret, webhookId);
  }

  /** The one that counts. @throws Refusal webhook.secret_unreadable */
  current({ id, secret }: Webhook): string {
    return this.box.open(secret, id);
  }

  /** All that sign now: for a while also the one before. @throws Refusal webhook.secret_unreadable */
  signing({ id, secret, old_secret, old_secret_until }: Webhook): readonly string[] {
    const isOldGood = old_secret !== null && old_secret_until !== null && old_secret_until > new Date();
    return [secret, ...(isOldGood ? [old_secret] : [])].map((sealed) => this.box.open(sealed, id));
  }

  /** The change that gives a webhook another one. Receivers cannot learn it in the very moment: the old one stays good. */
  replacement(known: Webhook, secret: string): Partial<Webhook> {
    const until = new Date(Date.now() + this.config.ACTIVITY_WEBHOOK_OLD_SECRET_HOURS * HOUR);
    return { secret: this.seal(secret, known.id), old_secret: known.secret, old_secret_until: until };
  }
}
