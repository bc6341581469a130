import {
  DEVICE,
  FSTAB,
  type FstabEntry,
  fstabPoint,
  type FoundSystem,
  parseFstab,
  type Volume,
} from '@imago/readiness';
import { printable, volumeOf } from '@imago/readiness';
import { Refusal } from '../generalization.ts';
import type { Rule, RuleInput } from './rule.ts';

const PARTITION = /^\/dev\/((?:[hsv]|xv)d[a-z])(\d+)$/;
const FAMILIES: readonly (readonly [RegExp, RegExp])[] = [
  [/^ext[234]$/, /^ext[234]$/],
  [/^(vfat|msdos)$/, /^fat\d+$/],
  [/^ntfs(-3g|3)?$/, /^ntfs$/],
];

/** File systems are mounted by their UUIDs: disks have other names on a server. */
export const fstabRule: Rule = {
  point: 'fstab',
  finding: ({ system, facts }) => fstabPoint(system, facts.volumes),
  mend: async (input) => {
    const { tree } = input.system;
    const found = await tree.find(FSTAB);
    if (found?.node.kind !== 'file') return;
    const lines = (await input.plan.textOf(found)).split('\n');
    const entries = parseFstab(lines);
    const disk = diskOfRoot(entries, input);
    for (const entry of entries.filter(({ source }) => DEVICE.test(source))) {
      const uuid = uuidOf(entry, disk, input.facts.volumes);
      if (uuid instanceof Refusal) {
        input.plan.leave('fstab', `${FSTAB}:${entry.line}`, uuid);
        continue;
      }
      // Whatever is around the name stays as it is.
      lines[entry.line - 1] = (lines[entry.line - 1] ?? '').replace(
        /^(\s*)\S+/,
        (_, space: string) => `${space}UUID=${uuid}`,
      );
      input.plan.change(found, lines.join('\n'), {
        point: 'fstab',
        was: `line ${entry.line}: ${entry.source}`,
        now: `UUID=${uuid}`,
      });
    }
  },
};

/** What the system calls the disk it is on, as its root tells: `sda`. */
function diskOfRoot(entries: readonly FstabEntry[], { system, facts }: RuleInput): string | null {
  const root = entries.find(({ target }) => target === '/');
  const name = PARTITION.exec(root?.source ?? '')?.[1];
  if (!root || name === undefined) return null;
  return isRoot(volumeOf(root, facts.volumes), system) ? name : null;
}

function isRoot(volume: Volume | undefined, { where }: FoundSystem): boolean {
  return volume?.where === where;
}

function uuidOf(entry: FstabEntry, disk: string | null, volumes: readonly Volume[]): string | Refusal {
  const [, name] = PARTITION.exec(entry.source) ?? [];
  if (disk === null) return uncertain('which disk has that name is not known, since the root has none of that kind');
  if (name !== disk) return uncertain('it is another disk than that of the root');
  const content = volumeOf(entry, volumes)?.content;
  const isSwap = content?.type === 'other' && content.name === 'swap';
  const type = content?.type === 'file_system' ? content.system.type : isSwap ? 'swap' : null;
  if (type === null || !isOfType(entry.type, type))
    return uncertain(`there is no ${printable(entry.type, 20)} on that partition`);
  const uuid = uuidIn(content);
  const same = volumes.filter((volume) => uuidIn(volume.content)?.toLowerCase() === uuid?.toLowerCase());
  if (uuid === null || !/^[0-9a-f-]{8,36}$/i.test(uuid) || /^[0-]+$/.test(uuid) || same.length !== 1)
    return uncertain('it has no UUID of its own');
  return uuid;
}

function uuidIn(content: Volume['content'] | undefined): string | null {
  if (content?.type === 'file_system') return content.system.uuid;
  return content?.type === 'other' ? content.uuid : null;
}

function isOfType(said: string, type: string): boolean {
  return said === 'auto' || said === type || FAMILIES.some(([by, found]) => by.test(said) && found.test(type));
}

function uncertain(why: string): Refusal {
  return new Refusal(
    'not_certain',
    `What is mounted by the name of a disk is not certain: ${why}`,
    'Mount it by its UUID, which `blkid` shows.',
  );
}
