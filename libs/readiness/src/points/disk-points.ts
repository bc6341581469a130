import type { Declared } from '../declared.ts';
import type { PartitionTable } from '../partitions/partition-table.ts';
import { type Finding, worstFinding } from '../report.ts';
import type { Volume } from '../volumes/volumes.ts';

/** What the points about the disk itself are made from. */
export interface DiskFacts {
  readonly table: PartitionTable | null;
  readonly volumes: readonly Volume[];
  /** Whether the first sector has code that a BIOS would run. */
  readonly bootCode: boolean;
}

/** Whether the partitions are where the disk is. */
export function partitionTablePoint({ table, volumes }: DiskFacts, declared: Declared): Finding {
  if (table) {
    const [fault] = table.faults;
    const remedy = 'Repair the partition table, with `sgdisk -v` or `fdisk`, and make the image again.';
    if (fault !== undefined) return { status: 'problem', seen: fault, where: 'the partition table', remedy };
    const count = table.partitions.length;
    return { status: 'ok', seen: `${table.kind === 'gpt' ? 'A GPT' : 'An MBR'} with ${counted(count, 'partition')}` };
  }
  if (declared.image_type === 'data_disk') return { status: 'ok', seen: 'The disk has no partition table' };
  const isFilled = volumes.some(({ content }) => content.type === 'file_system');
  if (isFilled)
    return {
      status: 'warning',
      seen: 'The disk has a file system and no partitions',
      where: 'sector 0',
      remedy:
        'Its system disk cannot be grown by partitions; make sure that its loader is installed in the first sector.',
    };
  return {
    status: 'problem',
    seen: 'The disk has no partition table and no file system',
    where: 'sector 0',
    remedy: 'Make the image of a disk with an operating system, or import it as a data disk.',
  };
}

/** Whether there are file systems and all of them can be read. */
export function fileSystemsPoint({ volumes }: DiskFacts, declared: Declared): Finding {
  const unread = volumes.flatMap(({ where, content }): Finding[] => {
    if (content.type === 'unreadable')
      return [{ status: 'unknown', seen: `${capital(where)} cannot be read: ${content.reason}`, where }];
    const isLocked = content.type === 'other' && content.name === 'luks';
    return isLocked ? [{ status: 'unknown', seen: `${capital(where)} is encrypted and was not looked at`, where }] : [];
  });
  const worst = worstFinding(unread);
  if (worst)
    return {
      remedy: 'Check the file system where it comes from, with its `fsck`, before the image is made.',
      ...worst,
    };
  const found = volumes.flatMap(({ where, content }) =>
    content.type === 'file_system' ? [`${content.system.type} on ${where}`] : [],
  );
  if (found.length > 0) return { status: 'ok', seen: found.join(', ') };
  if (declared.image_type === 'data_disk') return { status: 'ok', seen: 'The disk is empty' };
  return {
    status: 'problem',
    seen: 'The disk has no file system that is known',
    remedy: 'Make the image of a disk with an operating system.',
  };
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
