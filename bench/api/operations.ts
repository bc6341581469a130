import type { BareClient, Call } from './client.ts';

/** What clients do all day. */
export interface Operation {
  readonly name: string;
  /** The nth call of it. */
  readonly call: (n: number) => Call;
  /** The same of the bare way. */
  readonly bare: (n: number) => string;
  readonly writes: boolean;
}

const PATCH = 'application/openstack-images-v2.1-json-patch';

/** @throws Error when the catalogue is not as it was filled. */
export async function operationsOn(client: BareClient, images: number): Promise<readonly Operation[]> {
  const middle = await idOf(client, Math.floor(images / 2));
  const shown = await Promise.all(
    Array.from({ length: 16 }, (_, n) => idOf(client, 1 + Math.floor((n * images) / 16))),
  );
  const id = (n: number): string => shown[n % shown.length] ?? '';
  const list = (name: string, query: string, rows = 25): Operation => ({
    name,
    call: () => ({ method: 'GET', path: `/v2/images?${query}`, status: 200 }),
    bare: () => `/rows/${rows}`,
    writes: false,
  });
  return [
    list('list 25', 'limit=25'),
    list('list 100', 'limit=100', 100),
    {
      name: 'list by name',
      call: (n) => ({ method: 'GET', path: `/v2/images?name=image-${1 + ((n * 7919) % images)}`, status: 200 }),
      bare: () => '/rows/1',
      writes: false,
    },
    list('list by tag', 'limit=25&tag=tenth'),
    list('list by a rare tag', 'limit=25&tag=seldom', Math.min(25, images / 100)),
    list('list by property', 'limit=25&os_type=windows', Math.min(25, images / 100)),
    list('list by name order', 'limit=25&sort=name:asc'),
    list('list by size order', 'limit=25&sort=size:desc'),
    list('marker in the middle', `limit=25&marker=${middle}`),
    {
      name: 'show',
      call: (n) => ({ method: 'GET', path: `/v2/images/${id(n)}`, status: 200 }),
      bare: (n) => `/row/${id(n)}`,
      writes: false,
    },
    {
      name: 'create',
      call: (n) => ({
        method: 'POST',
        path: '/v2/images',
        body: {
          name: `made-${n}`,
          disk_format: 'qcow2',
          container_format: 'bare',
          hw_disk_bus: 'virtio',
          tags: ['made'],
        },
        status: 201,
      }),
      bare: (n) => `/insert/${id(n)}`,
      writes: true,
    },
    {
      name: 'patch',
      call: (n) => ({
        method: 'PATCH',
        path: `/v2/images/${id(n)}`,
        body: [{ op: 'add', path: '/changed', value: `${n} ${performance.now()}` }],
        type: PATCH,
        status: 200,
      }),
      bare: (n) => `/update/${id(n)}`,
      writes: true,
    },
  ];
}

async function idOf(client: BareClient, n: number): Promise<string> {
  const answer = await client.send({ method: 'GET', path: `/v2/images?name=image-${n}`, status: 200 });
  const [image] = (JSON.parse(answer) as { images: { id: string }[] }).images;
  if (image === undefined) throw new Error(`There is no image-${n}.`);
  return image.id;
}
