import { OidcIssuer } from '@imago/testing';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type GatewayUnderTest, startGateway } from '../../test/gateway-under-test.ts';

const AUDIENCE = 'https://imago.example';

let issuer: OidcIssuer;
let gateway: GatewayUnderTest;
beforeAll(async () => {
  issuer = await OidcIssuer.start();
  gateway = await startGateway({
    IMAGO_IDENTITY_PROVIDER: 'oidc',
    IMAGO_OIDC_ISSUER: issuer.url,
    IMAGO_OIDC_AUDIENCE: AUDIENCE,
  });
});
afterEach(() => {
  issuer.state = 'here';
});
afterAll(async () => {
  await gateway.close();
  await issuer.close();
});

const tokenOf = (project: string, role: string): Promise<string> =>
  issuer.tokenFor(AUDIENCE, { project_id: project, roles: [role] });

function ask(path: string, token: string): Promise<Response> {
  return gateway.ask(path, null, { headers: { authorization: `Bearer ${token}` } });
}

it('nobody gets in while the issuer does not answer', async () => {
  const token = await tokenOf('p-a', 'member');
  issuer.state = 'away';
  const response = await ask('/v2/schemas/image', token);
  expect([response.status, response.headers.get('x-imago-error-code')]).toEqual([503, 'identity.unavailable']);
  expect(response.headers.get('retry-after')).not.toBeNull();
});

it('tokens of the issuer open what their roles allow', async () => {
  expect((await ask('/v2/schemas/image', await tokenOf('p-a', 'reader'))).status).toBe(200);
  const [reader, operator] = [await tokenOf('p-a', 'reader'), await tokenOf('p-op', 'admin')];
  expect((await ask('/v2/info/stores/detail', reader)).status).toBe(403);
  expect((await ask('/v2/info/stores/detail', operator)).status).toBe(200);
});

it('a token without a project opens nothing', async () => {
  const response = await ask('/v2/schemas/image', await issuer.tokenFor(AUDIENCE, { roles: ['admin'] }));
  expect([response.status, response.headers.get('x-imago-error-code')]).toEqual([403, 'auth.no_project']);
});

it('who has no good token is sent to the issuer', async () => {
  for (const token of ['', 'made.up.token', await issuer.tokenFor('https://other.example', { project_id: 'p-a' })]) {
    const response = await ask('/v2/images', token);
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([
      401,
      `Bearer realm="imago", authorization_uri="${issuer.url}"`,
    ]);
  }
});

it('there is no Keystone to log in at, nor is one described', async () => {
  const body = JSON.stringify(gateway.login('alice'));
  const headers = { 'content-type': 'application/json' };
  expect((await gateway.ask('/v3/auth/tokens', null, { method: 'POST', headers, body })).status).toBe(404);
  expect((await gateway.ask('/v3')).status).toBe(404);
  const paths = await (await gateway.ask('/v1/openapi.json')).text();
  expect(paths).toContain('"/v2/images"');
  expect(paths).not.toContain('"/v3');
});
