import { type ErrorCode, refusal } from '@imago/contracts';
import { OutboundGuard, type OutboundReason, OutboundRefused } from '@imago/outbound';
import { Injectable } from '@nestjs/common';

/** What a tenant is told of a request that is not made. */
export const REFUSED_CODES = {
  url: 'webhook.url_refused',
  address: 'webhook.address_refused',
  unresolvable: 'webhook.unresolvable',
} as const satisfies Record<OutboundReason, ErrorCode>;

/** Where webhooks may lead. Looked at when a URL is given, for those who mistyped it, and at each connection. */
@Injectable()
export class Receivers {
  constructor(private readonly guard: OutboundGuard) {}

  /**
   * The URL as it is kept.
   * @throws Refusal webhook.url_refused, webhook.address_refused, webhook.unresolvable
   */
  async check(text: string): Promise<string> {
    try {
      const url = this.guard.url(text);
      await this.guard.addressesOf(url.hostname);
      return url.href;
    } catch (error) {
      if (error instanceof OutboundRefused) throw refusal(REFUSED_CODES[error.reason], error.message);
      throw error;
    }
  }
}
