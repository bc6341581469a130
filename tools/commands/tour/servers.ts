import { setTimeout as delay } from 'node:timers/promises';
import type { JobView, ServerRecord } from '@imago/contracts';
import { BOOT_MARKER } from '@imago/demo-image';
import type { Session } from '@imago/system/session';
import type { TourImage } from './image.ts';
import type { Story } from './story.ts';
import { expectThat } from './surprise.ts';

/** The image that the first start has imported; it boots in seconds. */
const DEMO = 'Imago Demo Linux';
const NAME = 'tour';
/** Milliseconds a guest may take to boot: its processor is emulated where the machine has none to lend. */
const BOOT_TIME = 180_000;
const LOOK = 500;

type Ordered = JobView & { readonly servers: readonly ServerRecord[] };

/** A server from the demo image: it boots, is switched off and on, and is still itself. */
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
  story.chapter(`Delete it: DELETE /v1/servers/${id}`);
  await order(alice, 'DELETE', `/v1/servers/${id}`);
  const { status } = await alice.ask('GET', `/v1/servers/${id}`);
  story.line(`${String(status)}  GET /v1/servers/${id}`);
  expectThat(status === 404, `a deleted server was answered with ${status} instead of 404`);
  const still = await alice.need<TourImage>('GET', `/v2/images/${image.id}`);
  story.line(`the image it was made from is ${still.status}`);
  expectThat(still.status === 'active', 'the image went with the server');
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

async function createServer(story: Story, alice: Session, image: TourImage): Promise<string> {
  story.chapter('A server from an image: POST /v1/servers');
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
  await alice.jobSucceeded(ordered.id);
  return ordered;
}

function show(alice: Session, id: string): Promise<ServerRecord> {
  return alice.need<ServerRecord>('GET', `/v1/servers/${id}`);
}
