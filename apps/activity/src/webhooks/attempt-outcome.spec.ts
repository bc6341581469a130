import { refusal } from '@imago/contracts';
import { OutboundRefused } from '@imago/outbound';
import { describe, expect, it } from 'vitest';
import { failureOf, outcomeOf } from './attempt-outcome.ts';

function coded(code: string): Error {
  return Object.assign(new Error('connect to 10.1.2.3:5432 failed'), { code });
}

describe('an answer', () => {
  it.each([200, 202, 204, 299])('of %i is a yes', (status) => {
    expect(outcomeOf({ status, retryAfter: null })).toEqual({ result: 'delivered', status });
  });

  it.each([
    [301, 'webhook.redirected'],
    [308, 'webhook.redirected'],
    [400, 'webhook.rejected'],
    [404, 'webhook.rejected'],
    [410, 'webhook.gone'],
    [500, 'webhook.rejected'],
    [503, 'webhook.rejected'],
  ])('of %i is %s', (status, code) => {
    expect(outcomeOf({ status, retryAfter: '7' })).toMatchObject({ result: 'failed', status, code, asked: 7 });
  });
});

describe('no answer', () => {
  it.each([
    [coded('ECONNREFUSED'), 'webhook.connection_failed'],
    [coded('ECONNRESET'), 'webhook.connection_failed'],
    [coded('UND_ERR_SOCKET'), 'webhook.connection_failed'],
    [coded('UND_ERR_CONNECT_TIMEOUT'), 'webhook.timeout'],
    [coded('ETIMEDOUT'), 'webhook.timeout'],
    [new DOMException('The operation was aborted due to timeout', 'TimeoutError'), 'webhook.timeout'],
    [coded('DEPTH_ZERO_SELF_SIGNED_CERT'), 'webhook.tls_failed'],
    [coded('ERR_TLS_CERT_ALTNAME_INVALID'), 'webhook.tls_failed'],
    [coded('EPROTO'), 'webhook.tls_failed'],
    [new AggregateError([coded('ETIMEDOUT'), coded('ECONNREFUSED')]), 'webhook.timeout'],
    [new TypeError('failed', { cause: coded('CERT_HAS_EXPIRED') }), 'webhook.tls_failed'],
    [new OutboundRefused('address', 'not there'), 'webhook.address_refused'],
    [new OutboundRefused('unresolvable', 'no such name'), 'webhook.unresolvable'],
    [refusal('webhook.secret_unreadable', 'another key'), 'webhook.secret_unreadable'],
    ['a string', 'webhook.connection_failed'],
  ])('for %s is told by its code, and never by an address', (error, code) => {
    const outcome = failureOf(error);
    expect(outcome).toMatchObject({ result: 'failed', status: null, code });
    expect(JSON.stringify(outcome)).not.toContain('10.1.2.3');
  });
});
