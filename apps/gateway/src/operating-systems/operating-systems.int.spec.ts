import { afterAll, beforeAll, expect, it } from 'vitest';
import { type GatewayUnderTest, startGateway } from '../../test/gateway-under-test.ts';
import { readJson } from '../../test/read-json.ts';

let gateway: GatewayUnderTest;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(async () => {
  await gateway.close();
});

it('lists every operating system with its versions and the public images that have them', async () => {
  const { operating_systems } = await readJson(await gateway.ask('/v1/operating-systems', 'reader'));
  const centos = operating_systems.find((each: { os_distro: string }) => each.os_distro === 'centos');
  expect(centos).toMatchObject({ name: 'CentOS', os_type: 'linux' });
  expect(centos.versions).toContainEqual({
    os_version: '6',
    any_minor: true,
    architectures: ['x86_64'],
    public_images: ['CentOS6.8 64位'],
  });
});

it('tells who imports another one what is accepted', async () => {
  const body = {
    ...{ source: 's3://bucket/disk', disk_format: 'raw', name: 'web', os_distro: 'centos', os_version: '5' },
    ...{ architecture: 'x86_64', min_disk: 1, enterprise_project_id: 'default', agreement_accepted: true },
  };
  const response = await gateway.ask('/v1/imports', 'alice', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(400);
  const message = 'must be, of centos, one of 8 (any minor), 7 (any minor), 6 (any minor)';
  await expect(response.json()).resolves.toMatchObject({ errors: [{ path: 'os_version', message }] });
});
