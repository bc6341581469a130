import { setTimeout as delay } from 'node:timers/promises';
import type { JobView, ServerRecord } from '@imago/contracts';
import { BOOT_MARKER } from '@imago/demo-image';
import type { Session } from '@imago/system/session';
import { activeImage, type TourImage } from './image.ts';
import { mebibytes, type Story } from './story.ts';
import { expectThat } from './surprise.ts';

/** The image that the first start has imported; it boots in seconds. */
const DEMO = 'Imago Demo Linux';
const NAME = 'tour';
/** The image that is made from that server. */
export const CAPTURED = 'Tour, captured';
/** Milliseconds a guest may take to boot: its processor is emulated where the machine has none to lend. */
const BOOT_TIME = 180_000;
const LOOK = 500;

type Ordered = JobView & { readonly servers: readonly ServerRecord[] };

/** A server from the demo image: it boots, is switched off and on, and is still itself; and an image of it goes on. */
export async function tourServers(story: Story, alice: Session): Promise<void> {
  const image = await demoImage(alice);
  if (image === undefined) {
    story.chapter('Servers from images: left out');
    story.line(`You have no image "${DEMO}"; its start says why, or you have deleted it.`);
    return;
  }
  const id = await createServer(story, alice, image);
  await boots(story, alice, { id, times: 1 });
  story.chapter(`Switch it off and on: POST /v1/servers/${id}/stop and /start`);
  for (const action of ['stop', 'start']) {
    await order(alice, 'POST', `/v1/servers/${id}/${action}`);
    story.line(`${action}: the server is ${(await show(alice, id)).status}`);
  }
  await boots(story, alice, { id, times: 2 });
  const captured = await capture(story, alice, id);
  const next = await createServer(
    story,
    alice,
    captured,
    'A server from that image: it goes on where the first one was',
  );
  await boots(story, alice, { id: next, times: 3 });
  story.chapter('Delete both servers: DELETE /v1/servers/{id}');
  for (const each of [id, next]) {
    await order(alice, 'DELETE', `/v1/servers/${each}`);
    const { status } = await alice.ask('GET', `/v1/servers/${each}`);
    story.line(`${String(status)}  GET /v1/servers/${each}`);
    expectThat(status === 404, `a deleted server was answered with ${status} instead of 404`);
  }
  for (const each of [image, captured]) {
    const still = await alice.need<TourImage>('GET', `/v2/images/${each.id}`);
    story.line(`the image "${still.name}" is ${still.status}`);
    expectThat(still.status === 'active', 'an image went with its server');
  }
  await alice.need('DELETE', `/v2/images/${captured.id}`);
}

/** An image of a stopped server: what it has changed, on what it was made from. */
async function capture(story: Story, alice: Session, id: string): Promise<TourImage> {
  story.chapter('An image from the server: POST /v1/captures');
  await order(alice, 'POST', `/v1/servers/${id}/stop`);
  const body = { server_id: id, source: { type: 'system_disk' }, name: CAPTURED };
  const { image_id, bytes_done } = await order(alice, 'POST', '/v1/captures', body);
  expectThat(image_id !== null, 'the capture succeeded without an image');
  const image = await activeImage(alice, image_id);
  const { layers } = await alice.need<{ layers: number }>('GET', `/v1/images/${image_id}/lineage`);
  story.line(`${image.name}: ${image.status}, ${mebibytes(image.size ?? 0)} as a file, in ${layers} layers`);
  story.line(`${mebibytes(bytes_done)} of its disk had changed and were read`);
  return image;
}

/** Removes what a tour that was broken off has left. */
export async function removeTourServers(alice: Session): Promise<void> {
  const { servers } = await alice.need<{ servers: ServerRecord[] }>('GET', `/v1/servers?name=${NAME}`);
  for (const { id, task } of servers) if (task === null) await order(alice, 'DELETE', `/v1/servers/${id}`);
}

async function demoImage(alice: Session): Promise<TourImage | undefined> {
  const path = `/v2/images?name=${encodeURIComponent(DEMO)}&status=active`;
  return (await alice.need<{ images: TourImage[] }>('GET', path)).images[0];
}

async function createServer(
  story: Story,
  alice: Session,
  image: TourImage,
  title = 'A server from an image: POST /v1/servers',
): Promise<string> {
  story.chapter(title);
  const body = { name: NAME, image_id: image.id, flavor: 'tiny' };
  const started = performance.now();
  const ordered = await order<Ordered>(alice, 'POST', '/v1/servers', body);
  const [made] = ordered.servers;
  expectThat(made !== undefined, 'the order names no server');
  const server = await show(alice, made.id);
  story.line(`${server.name}: ${server.status} after ${Math.round(performance.now() - started)} ms`);
  story.line(`${server.flavor.vcpus} processor, ${server.flavor.ram} MiB, disk ${server.system_disk.size_gib} GiB`);
  expectThat(server.status === 'running', `the server is ${server.status}`);
  return server.id;
}

async function boots(story: Story, alice: Session, { id, times }: { id: string; times: number }): Promise<void> {
  story.chapter(`Its console: GET /v1/servers/${id}/console`);
  const deadline = performance.now() + BOOT_TIME;
  for (;;) {
    const { output } = await alice.need<{ output: string }>('GET', `/v1/servers/${id}/console`);
    const line = `${BOOT_MARKER} ${times}`;
    if (output.includes(line)) {
      story.line(line);
      return;
    }
    expectThat(performance.now() < deadline, `the server did not boot; its console ends with:\n${output.slice(-1000)}`);
    await delay(LOOK);
  }
}

/** Orders something and waits until its job has succeeded. */
async function order<T extends JobView = JobView>(
  alice: Session,
  method: string,
  path: string,
  body?: object,
): Promise<T> {
  const ordered = await alice.need<T>(method, path, body);
  return { ...ordered, ...(await alice.jobSucceeded(ordered.id)) };
}

function show(alice: Session, id: string): Promise<ServerRecord> {
  return alice.need<ServerRecord>('GET', `/v1/servers/${id}`);
}
