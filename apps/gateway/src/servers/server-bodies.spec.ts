import { ChangeServerOs, CreateServers, OperateServer } from '@imago/contracts';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { changeOsBody, createServersBody, powerBody, toCreateServers } from './server-bodies.ts';

const image_id = '0197b1d8-7f5e-7cc8-b2f4-54d4d7b8d5c3';
const valid = { name: 'web', image_id, flavor: 'small' };
const where = { region: 'region-1', idempotency_key: 'k' };

function faults(schema: z.ZodType, body: unknown): string[] {
  const result = schema.safeParse(body);
  if (result.success) return [];
  return result.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys : [issue.path.map(String).join('.')],
  );
}

describe('the body of an order for servers', () => {
  it('becomes the request of the contract, with what need not be said', () => {
    const request = toCreateServers(createServersBody.parse(valid), where);
    expect(CreateServers.request.parse(request)).toEqual({
      ...{ ...where, ...valid },
      ...{ count: 1, network: 'default', system_disk_gib: null, data_disks: [], user_data: null },
    });
  });

  it('says everything there is to say', () => {
    const body = {
      ...{ ...valid, network: 'quiet', count: 3, system_disk_gib: 40, user_data: '#cloud-config\n' },
      data_disks: [{ size_gib: 1 }, { size_gib: 1024, image_id }, { size_gib: 2, image_id: null }],
    };
    const data_disks = [{ size_gib: 1, image_id: null }, ...body.data_disks.slice(1)];
    const request = toCreateServers(createServersBody.parse(body), where);
    expect(CreateServers.request.parse(request)).toEqual({ ...where, ...body, data_disks });
  });

  it.each(Object.keys(valid))('needs %s', (field) => {
    const rest = Object.fromEntries(Object.entries(valid).filter(([name]) => name !== field));
    expect(faults(createServersBody, rest)).toEqual([field]);
  });

  it('says in words that no server is none', () => {
    const { error } = createServersBody.safeParse({ ...valid, count: 0 });
    expect(error?.issues).toMatchObject([{ path: ['count'], message: expect.stringMatching(/^must be 1 or more/) }]);
  });

  it.each<[string, unknown, string?]>([
    ['name', ''],
    ['name', ' '],
    ['name', 'a\nb'],
    ['name', 'x'.repeat(256)],
    ['image_id', 'web'],
    ['image_id', null],
    ['flavor', ''],
    ['flavor', 'x'.repeat(65)],
    ['network', ''],
    ['network', 'x'.repeat(65)],
    ['count', -1],
    ['count', 1.5],
    ['count', '2'],
    ['count', null],
    ['count', 1001],
    ['system_disk_gib', 0],
    ['system_disk_gib', 1025],
    ['data_disks', {}],
    ['data_disks', Array.from({ length: 17 }, () => ({ size_gib: 1 }))],
    ['data_disks', [{}], 'data_disks.0.size_gib'],
    ['data_disks', [{ size_gib: 1 }, { size_gib: 0 }], 'data_disks.1.size_gib'],
    ['data_disks', [{ size_gib: 1, image_id: 'x' }], 'data_disks.0.image_id'],
    ['data_disks', [{ size_gib: 1, path: '/etc/passwd' }], 'path'],
    ['user_data', 'x'.repeat(16_385)],
    ['user_data', '镜'.repeat(5_462)],
    ['user_data', 'a\u0000b'],
    ['user_data', '\ud800'],
    ['project_id', 'somebody-else'],
    ['host', 'host-1'],
  ])('refuses %s = %j', (field, value, fault = field) => {
    expect(faults(createServersBody, { ...valid, [field]: value })).toEqual([fault]);
  });
});

describe('the body of an order for one server', () => {
  it('need not be there to stop it gently', () => {
    expect(powerBody.parse(undefined)).toEqual({ hard: false });
    expect(powerBody.parse({})).toEqual({ hard: false });
    const request = { server_id: image_id, ...where, action: 'stop', ...powerBody.parse({ hard: true }) };
    expect(OperateServer.request.parse(request)).toMatchObject({ hard: true });
  });

  it.each<[unknown, string]>([
    [{ hard: 'yes' }, 'hard'],
    [{ hard: null }, 'hard'],
    [{ force: true }, 'force'],
    ['hard', ''],
    [[], ''],
  ])('refuses to stop it with %j', (body, fault) => {
    expect(faults(powerBody, body)).toEqual([fault]);
  });

  it('names the new image, and nothing else but user data', () => {
    const body = changeOsBody.parse({ image_id });
    expect(ChangeServerOs.request.parse({ server_id: image_id, ...where, ...body })).toMatchObject({ user_data: null });
    expect(faults(changeOsBody, {})).toEqual(['image_id']);
    expect(faults(changeOsBody, { image_id, flavor: 'small' })).toEqual(['flavor']);
  });
});
