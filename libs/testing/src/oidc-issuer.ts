import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

/** A key of an issuer, and the name it is published under. */
export interface IssuerKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const CLIENT = { id: 'tool', secret: 'secret of the tool' } as const;

/** A real OpenID Connect server, whose one client gets access tokens for itself, with whatever claims a test wants. */
export class OidcIssuer {
  readonly #server: Server;
  #handler: Handler = (_request, response) => response.destroy();
  #key: IssuerKey = newKey();
  #claims: Readonly<Record<string, unknown>> = {};
  /** `away`: connections break. `mute`: nothing is answered. */
  state: 'here' | 'away' | 'mute' = 'here';
  /** Times its keys were fetched. */
  keyFetches = 0;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<OidcIssuer> {
    const server = createServer();
    const issuer = new OidcIssuer(server);
    server.on('request', (request, response) => {
      issuer.#answer(request, response);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    await issuer.#publish();
    return issuer;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The issuer does not listen');
    return `http://127.0.0.1:${address.port}`;
  }

  get key(): IssuerKey {
    return this.#key;
  }

  /** Publishes another key in place of the one it had. */
  async rotate(): Promise<void> {
    this.#key = newKey();
    await this.#publish();
  }

  /** An access token for `audience`, as any client gets one. */
  async tokenFor(audience: string, claims: Readonly<Record<string, unknown>>): Promise<string> {
    this.#claims = claims;
    const response = await fetch(`${this.url}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${CLIENT.id}:${encodeURIComponent(CLIENT.secret)}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', resource: audience }),
    });
    if (response.status !== 200) throw new Error(`The issuer gives no token: ${await response.text()}`);
    return ((await response.json()) as { access_token: string }).access_token;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    if (this.state === 'mute') return;
    if (this.state === 'away') {
      response.destroy();
      return;
    }
    if (request.url?.startsWith('/jwks') === true) this.keyFetches += 1;
    void this.#handler(request, response);
  }

  async #publish(): Promise<void> {
    // Loaded by those who use it alone: every suite loads this package.
    const { default: Provider } = await import('oidc-provider');
    const { kid, privateKey } = this.#key;
    const jwk = { ...privateKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' };
    const provider = new Provider(this.url, {
      clients: [
        {
          client_id: CLIENT.id,
          client_secret: CLIENT.secret,
          grant_types: ['client_credentials'],
          redirect_uris: [],
          response_types: [],
        },
      ],
      jwks: { keys: [jwk] },
      features: {
        clientCredentials: { enabled: true },
        devInteractions: { enabled: false },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: (_context, audience) => ({
            scope: '',
            audience,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: 'RS256' } },
          }),
        },
      },
      extraTokenClaims: () => ({ ...this.#claims }),
    });
    this.#handler = provider.callback();
  }
}

function newKey(): IssuerKey {
  return { kid: randomUUID(), ...generateKeyPairSync('rsa', { modulusLength: 2048 }) };
}
