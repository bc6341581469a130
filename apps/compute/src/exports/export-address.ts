import { hostname } from 'node:os';
import { Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { COMPUTE_CONFIG } from '../config-token.ts';
import type { ComputeConfig } from '../config.ts';

/** Addresses to listen at that nobody can be told to come to. */
const ANYWHERE = new Set(['0.0.0.0', '::']);

/** Where this process is reached over HTTP. */
@Injectable()
export class ExportAddress {
  constructor(
    private readonly adapter: HttpAdapterHost,
    @Inject(COMPUTE_CONFIG) private readonly config: ComputeConfig,
  ) {}

  /** Without a slash at its end; null as long as it does not listen. */
  get url(): string | null {
    if (this.config.COMPUTE_EXPORT_URL !== undefined) return this.config.COMPUTE_EXPORT_URL.replace(/\/+$/, '');
    const server = this.adapter.httpAdapter.getHttpServer() as { address(): { port: number } | string | null };
    const address = server.address();
    if (address === null || typeof address === 'string') return null;
    const host = ANYWHERE.has(this.config.HOST) ? hostname() : this.config.HOST;
    return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
  }
}
