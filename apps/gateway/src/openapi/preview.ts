import { EmbeddedIdentityProvider, IdentityProvider } from '@imago/identity';
import { NestFactory } from '@nestjs/core';
import type { OpenAPIObject } from '@nestjs/swagger';
import { gatewayConfig } from '../config.ts';
import { GatewayModule } from '../gateway.module.ts';
import { KEYSTONE_API } from '../identity/provide-identity.ts';
import { openApiDocument } from './openapi-document.ts';

/** Nothing of it is used: a preview makes no instance of anything. */
const ANY = gatewayConfig.parse({
  PORT: '1',
  AMQP_URL: 'amqp://localhost',
  IMAGO_CONTEXT_KEY: '00'.repeat(32),
  IMAGO_TOKEN_KEY: '00'.repeat(32),
  IMAGO_REGIONS_FILE: '-',
  IMAGO_USERS_FILE: '-',
});

/** What controllers ask for that comes with an identity. */
const UNUSED = [EmbeddedIdentityProvider, IdentityProvider].map((provide) => ({ provide, useFactory: unused }));

function unused(): never {
  throw new Error('A preview makes no instance.');
}

/** The description of the gateway as it is built, without starting it: how the page in `docs/` is made and checked. */
export async function previewOpenApi(): Promise<OpenAPIObject> {
  const app = await NestFactory.create(GatewayModule.forRoot(ANY, { controllers: KEYSTONE_API, providers: UNUSED }), {
    preview: true,
    logger: false,
  });
  return openApiDocument(app);
}
