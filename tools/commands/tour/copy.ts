import type { JobOnBoard } from '@imago/contracts';
import type { Session } from '@imago/system/session';
import { activeImage, type TourImage } from './image.ts';
import { mebibytes, type Story } from './story.ts';
import { expectThat } from './surprise.ts';

const COPY = 'Tour, copied';
/** The second of the two regions every start has. */
const ELSEWHERE = '/regions/region-2';

interface CopyScene {
  readonly story: Story;
  readonly alice: Session;
}

/** The image goes to another region, under another name, and is another image there. */
export async function tourCopy({ story, alice }: CopyScene, image: TourImage): Promise<void> {
  story.chapter('Copy it to another region: POST /v1/copies');
  const wanted = { image_id: image.id, name: COPY, destination_region: 'region-2' };
  const { id } = await alice.need<JobOnBoard>('POST', '/v1/copies', wanted);
  const { image_id } = await alice.jobSucceeded(id, { prefix: ELSEWHERE });
  const copy = await activeImage(alice, image_id ?? '', ELSEWHERE);
  expectThat(
    (await copies(alice)).some(({ id: listed }) => listed === copy.id),
    'the copy is in no list of its region',
  );
  story.line(
    `GET ${ELSEWHERE}/v2/images lists ${copy.name}: ${mebibytes(copy.size ?? 0)}, md5 ${copy.checksum ?? '-'}`,
  );
  expectThat(copy.checksum === image.checksum, 'the copy has other bytes than the image');
}

/** Removes what this or an earlier tour has copied. */
export async function removeCopies(alice: Session): Promise<void> {
  for (const { id } of await copies(alice)) await alice.need('DELETE', `${ELSEWHERE}/v2/images/${id}`);
}

async function copies(alice: Session): Promise<readonly TourImage[]> {
  const query = `?limit=100&name=${encodeURIComponent(COPY)}`;
  return (await alice.need<{ images: TourImage[] }>('GET', `${ELSEWHERE}/v2/images${query}`)).images;
}
