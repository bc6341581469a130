import type { ShareRecord, UsageLine } from '@imago/contracts';
import type { Session } from '@imago/system/session';
import { listImages, type TourImage } from './image.ts';
import type { Story } from './story.ts';
import { expectThat } from './surprise.ts';

interface Sharing {
  readonly story: Story;
  readonly alice: Session;
  readonly bob: Session;
}

/** The image goes to another project and back, and its owner is told what it costs. */
export async function tourSharing({ story, alice, bob }: Sharing, { id, name }: TourImage): Promise<void> {
  const { name: friend, project, project_id } = bob.user;
  story.chapter(`Share it with project ${project}: POST /v1/images/{id}/shares`);
  await alice.need('POST', `/v1/images/${id}/shares`, { project_ids: [project_id] });
  const { shares } = await bob.need<{ shares: ShareRecord[] }>('GET', '/v1/shares?status=pending');
  expectThat(
    shares.some(({ image_id }) => image_id === id),
    `${friend} finds no share`,
  );
  story.line(`${friend} finds it in GET /v1/shares?status=pending: ${name}`);
  await bob.need('POST', `/v1/shares/${id}/accept`);
  expectThat(await isListed(bob, id), `${friend} does not find the image after accepting it`);
  story.line(`${friend} accepts it, and the very next list of images shows it`);
  const answer = await alice.need<{ quota: { limit: number; used: number } }>('GET', `/v1/images/${id}/shares`);
  story.line(`it has ${answer.quota.used} of ${answer.quota.limit} members; the receiver pays nothing:`);
  const { usage } = await alice.need<{ usage: UsageLine[] }>('GET', `/v1/usage?by=image&image_id=${id}`);
  const [charged] = usage;
  story.line(`${alice.user.name} is charged ${charged?.gib_hours ?? '0'} GiB-hours so far (GET /v1/usage)`);
  await alice.need('POST', `/v1/images/${id}/shares/cancel`, { project_ids: [project_id] });
  expectThat(!(await isListed(bob, id)), `${friend} still finds the image after it was taken back`);
  story.line(`${alice.user.name} takes it back, and it is gone from ${friend}'s list`);
}

async function isListed(session: Session, id: string): Promise<boolean> {
  return (await listImages(session)).some((image) => image.id === id);
}
