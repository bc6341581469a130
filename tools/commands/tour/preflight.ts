import type { PreflightReport } from '@imago/contracts';
import type { Session } from '@imago/system/session';
import { mebibytes, type Story } from './story.ts';
import { expectThat } from './surprise.ts';

/** What an import would meet, before there is one: told of a file that is declared wrongly, then of the right order. */
export async function tourPreflight(
  { story, alice }: { readonly story: Story; readonly alice: Session },
  wanted: object,
): Promise<void> {
  story.chapter('What would an import meet? POST /v1/imports/preflight');
  const wrong = await preflight(alice, { ...wanted, disk_format: 'raw' });
  const codes = wrong.points.flatMap(({ code }) => code ?? []);
  expectThat(codes.includes('image.format_mismatch'), 'a file that is declared wrongly is not found out');
  for (const { check, code, seen } of wrong.points)
    if (code !== null) story.line(`declared raw: ${check} ${code}: ${seen}`);
  const { points, facts, estimate } = await preflight(alice, wanted);
  for (const { check, code, seen } of points) expectThat(code === null, `${check}: ${seen}`);
  const { size, virtual_size } = facts;
  story.line(
    `declared qcow2: nothing in the way; a file of ${mebibytes(size ?? 0)}, a disk of ${mebibytes(virtual_size ?? 0)}`,
  );
  const [images] = facts.quotas;
  if (images !== undefined) story.line(`${images.used ?? 0} of ${images.limit} images are taken`);
  story.line(estimate.seconds === null ? estimate.seen : `about ${estimate.seconds} s: ${estimate.seen}`);
}

function preflight(session: Session, wanted: object): Promise<PreflightReport> {
  return session.need<PreflightReport>('POST', '/v1/imports/preflight', wanted);
}
