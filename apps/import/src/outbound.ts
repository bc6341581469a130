import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { AddressRules, AllowList, DnsResolver, HostResolver, OutboundGuard } from '@imago/outbound';
import type { Provider } from '@nestjs/common';
import type { ImportConfig } from './config.ts';
import { UrlClient } from './imports/source/url/url-client.ts';

/** The token of the certificates (PEM) trusted on the way out: undefined for the usual ones alone. */
export const OUTBOUND_CA = 'OUTBOUND_CA';

/** The way out to servers that tenants name. */
export function outbound(config: ImportConfig): Provider[] {
  const rules = new AddressRules(AllowList.parse(config.IMPORT_OUTBOUND_ALLOW));
  const ca = trusted(config.IMPORT_OUTBOUND_CA_FILE);
  return [
    { provide: HostResolver, useClass: DnsResolver },
    { provide: OUTBOUND_CA, useValue: ca },
    {
      provide: OutboundGuard,
      useFactory: (resolver: HostResolver) => new OutboundGuard(rules, resolver, config.IMPORT_OUTBOUND_HTTP),
      inject: [HostResolver],
    },
    {
      provide: UrlClient,
      useFactory: (guard: OutboundGuard) =>
        new UrlClient(guard, {
          connectSeconds: config.IMPORT_OUTBOUND_CONNECT_SECONDS,
          silenceSeconds: config.IMPORT_OUTBOUND_SILENCE_SECONDS,
          retrySeconds: config.IMPORT_OUTBOUND_RETRY_SECONDS,
          connections: config.IMPORT_OUTBOUND_CONNECTIONS,
          maximumBytes: config.IMPORT_URL_MAXIMUM_BYTES,
          ...(ca === undefined ? {} : { ca }),
        }),
      inject: [OutboundGuard],
    },
  ];
}

function trusted(file: string | undefined): readonly string[] | undefined {
  return file === undefined ? undefined : [...rootCertificates, readFileSync(file, 'utf8')];
}
