import { type Finding, worstFinding } from '../report.ts';
import { type FoundSystem, volumeOf } from '../system/find-system.ts';
import { type FstabEntry, parseFstab } from '../system/fstab.ts';
import type { Volume } from '../volumes/volumes.ts';

export const FSTAB = '/etc/fstab';
/** The name of a disk, or of a partition of one. */
export const DEVICE = /^\/dev\/(sd|vd|xvd|hd)[a-z]+\d*$/;
const BY_CONTENT = /^(UUID=|LABEL=|\/dev\/disk\/by-uuid\/)/i;

/** Whether what the system mounts is there on a server, whatever its disks are called. */
export async function fstabPoint({ tree }: FoundSystem, volumes: readonly Volume[]): Promise<Finding> {
  const lines = await tree.lines(FSTAB);
  if (!lines) return { status: 'ok', seen: 'There is no /etc/fstab' };
  const findings = parseFstab(lines).flatMap((entry) => entryFinding(entry, volumes) ?? []);
  return worstFinding(findings) ?? { status: 'ok', seen: 'It mounts nothing by the name of a disk', where: FSTAB };
}

function entryFinding(entry: FstabEntry, volumes: readonly Volume[]): Finding | null {
  const where = `${FSTAB}:${entry.line}`;
  if (DEVICE.test(entry.source)) return byDevice(entry, where);
  if (!BY_CONTENT.test(entry.source) || entry.options.includes('noauto')) return null;
  if (volumeOf(entry, volumes)) return null;
  const seen = `${entry.target} is mounted from ${entry.source}, which is not on this disk`;
  if (entry.options.includes('nofail'))
    return { status: 'warning', seen, where, remedy: 'Remove the line if it is of no use.' };
  const isHidden = volumes.some(
    ({ content }) => content.type === 'unreadable' || (content.type === 'other' && content.name === 'luks'),
  );
  if (isHidden) return { status: 'unknown', seen: `${seen}, as far as it can be read`, where };
  const remedy = 'Remove the line, or give it the option nofail: a server that lacks it does not start.';
  return { status: entry.type === 'swap' ? 'warning' : 'problem', seen, where, remedy };
}

function byDevice({ source, target }: FstabEntry, where: string): Finding {
  return {
    status: 'warning',
    seen: `${target} is mounted by the name of a disk, ${source}, which may be another one on a server`,
    where,
    remedy: 'Mount it by its UUID, which `blkid` shows.',
  };
}
