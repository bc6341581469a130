import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type ConnectionGuard, ObjectStoreError, S3ObjectStore } from '../src/index.ts';

const NO = new Error('nobody is sent there');
const refuse: LookupFunction = (_host, _options, callback) => {
  callback(NO, '', 0);
};
const guard: ConnectionGuard = {
  lookup: refuse,
  requireAddress: (host) => {
    if (host === '127.0.0.1' || host === '::1') throw NO;
  },
};

function storeAt(endpoint: string, limits: ConstructorParameters<typeof S3ObjectStore>[1]): S3ObjectStore {
  const account = { endpoint, region: 'us-east-1', access_key: 'a', secret_key: 'b', bucket: 'bucket' };
  return new S3ObjectStore(account, { attempts: 1, pause_ms: 1, ...limits });
}

describe('a store that is not ours', () => {
  let server: Server | undefined;

  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  async function listen(answer: RequestListener): Promise<string> {
    server = createServer(answer);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it.each(['http://store.example', 'https://store.example'])(
    'is connected to at no address the guard does not let through: %s',
    async (endpoint) => {
      const store = storeAt(endpoint, { guard });
      await expect(store.head('key')).rejects.toMatchObject({ cause: NO });
      await expect(store.read('key', { length: 1 })).rejects.toMatchObject({ cause: NO });
      await expect(storeAt(endpoint, { guard }).stream('key')).rejects.toMatchObject({ cause: NO });
    },
  );

  it.each(['https://127.0.0.1', 'https://[::1]'])('is not connected to at the address %s', async (endpoint) => {
    await expect(storeAt(endpoint, { guard }).read('key', { length: 1 })).rejects.toBe(NO);
  });

  it('over plain http neither', async () => {
    let asked = 0;
    const endpoint = await listen((_request, response) => {
      asked += 1;
      response.end();
    });
    await expect(storeAt(endpoint, { guard }).read('key', { length: 1 })).rejects.toBe(NO);
    expect(asked).toBe(0);
  });

  it.each([
    ['of an error', 403, {}],
    ['of a range', 206, { etag: '"e"', 'content-range': 'bytes 0-9/100' }],
  ])('is not listened to for ever when its words %s do not end', async (_what, status, headers) => {
    let hungUp: () => void = () => undefined;
    const isHungUp = new Promise<void>((resolve) => (hungUp = resolve));
    const endpoint = await listen((_request, response) => {
      response.once('close', hungUp).writeHead(status, headers);
      const more = (): void => {
        while (response.write(Buffer.alloc(64 * 1024, 'x'))); // until nobody takes it any more
      };
      response.on('drain', more);
      more();
    });
    await expect(storeAt(endpoint, {}).read('key', { length: 10 })).rejects.toBeInstanceOf(ObjectStoreError);
    await isHungUp;
  });
});
