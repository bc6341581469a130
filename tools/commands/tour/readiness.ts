import { setTimeout as delay } from 'node:timers/promises';
import type { ReadinessReport } from '@imago/contracts';
import type { Session } from '@imago/system/session';
import type { TourImage } from './image.ts';
import type { Story } from './story.ts';
import { expectThat } from './surprise.ts';

/** Milliseconds between two looks for a report, and how many there are. */
const LOOK = 100;
const LOOKS = 100;

/** What was found on the disk of the image before it became one: the points that are not as they should be. */
export async function tourReadiness(
  { story, alice }: { readonly story: Story; readonly alice: Session },
  { id }: TourImage,
): Promise<void> {
  const path = `/v1/images/${id}/readiness`;
  story.chapter(`Will servers made of it work? GET ${path}`);
  const { status, points, operating_system, bytes_read } = await reportAt(alice, path);
  const found = operating_system === null ? 'no operating system' : operating_system.name;
  story.line(`${status}: ${found}, after a look at ${Math.ceil(bytes_read / 1024)} KiB of its disk`);
  for (const { point, status: how, seen, where, remedy } of points) {
    if (how === 'ok') continue;
    story.line(`${how.padEnd(8)} ${point}: ${seen}${where === null ? '' : ` (${where})`}`);
    if (remedy !== null) story.line(`${' '.repeat(8)} ${remedy}`);
  }
  const fine = points.filter((each) => each.status === 'ok').length;
  story.line(`${fine} of ${points.length} points are ok; the image is there whatever they are`);
}

/** The report is told apart from the image, and may come a moment after it. */
async function reportAt(session: Session, path: string): Promise<ReadinessReport> {
  for (let looks = 0; ; looks += 1) {
    const { status, body } = await session.ask('GET', path);
    if (status === 200) return body as ReadinessReport;
    expectThat(looks < LOOKS, `the report was answered with ${status}`);
    await delay(LOOK);
  }
}
