import { type DiskFacts, type ExtFileSystem, Unreadable } from '@imago/readiness';
import { ChangeAllowance } from './ext/block-edits.ts';
import { ExtWriter } from './ext/ext-writer.ts';
import { type Change, type Generalization, type Patch, Refusal } from './generalization.ts';
import type { Plan } from './plan.ts';
import { unreadable } from './unreadable-refusal.ts';

/** Types of partitions that are a part of a RAID: another disk has the same. */
const RAID = new Set(['0xfd', 'A19D880F-05FC-4D3B-A006-743F0F84911E']);

/** Makes of what is wanted what can be done, file by file: one that cannot be changed is left, and the others are changed. */
export async function applyPlan(
  plan: Plan,
  facts: DiskFacts,
  { now, mostPatched }: { now: Date; mostPatched: number },
): Promise<Omit<Generalization, 'bytesRead'>> {
  const writers = new Writers(facts, new ChangeAllowance(mostPatched));
  const changes: Change[] = [];
  for (const { file, content, changes: wanted } of plan.files) {
    try {
      const writer = await writers.of(file.system);
      await writer.rewrite(file, content, now);
      changes.push(...wanted);
    } catch (error) {
      for (const { point, path } of wanted) plan.leave(point, path, refusalOf(error));
    }
  }
  const patches = writers.patches();
  if (areDisjoint(patches)) return { patches, changes, left: plan.left };
  for (const { point, path } of changes)
    plan.leave(point, path, sharedPlace('File systems are said to be in each other'));
  return { patches: [], changes: [], left: plan.left };
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof Unreadable) return unreadable(error);
  throw error;
}

function sharedPlace(reason: string): Refusal {
  return new Refusal('shared_place', reason, 'Repair the partition table or the volumes, and make the image again.');
}

/** Those who write the file systems of a disk, each of which is looked at once. */
class Writers {
  private readonly facts: DiskFacts;
  private readonly allowance: ChangeAllowance;
  private readonly opened = new Map<ExtFileSystem, ExtWriter | Refusal>();

  constructor(facts: DiskFacts, allowance: ChangeAllowance) {
    this.facts = facts;
    this.allowance = allowance;
  }

  async of(system: ExtFileSystem): Promise<ExtWriter> {
    const known = this.opened.get(system) ?? (await this.open(system));
    this.opened.set(system, known);
    if (known instanceof Refusal) throw known;
    return known;
  }

  patches(): Patch[] {
    return [...this.opened.values()]
      .flatMap((writer) => (writer instanceof Refusal ? [] : writer.patches()))
      .sort((one, other) => one.offset - other.offset);
  }

  private async open(system: ExtFileSystem): Promise<ExtWriter | Refusal> {
    const { table, volumes } = this.facts;
    const [fault] = table?.faults ?? [];
    if (fault !== undefined) return sharedPlace(fault);
    const volume = volumes.find(({ content }) => content.type === 'file_system' && content.system === system);
    if (volume?.partition && RAID.has(volume.partition.type))
      return new Refusal('shared_place', 'It is a part of a RAID', 'Change the file by hand before the image is made.');
    try {
      return await ExtWriter.open(system, this.allowance);
    } catch (error) {
      return refusalOf(error);
    }
  }
}

function areDisjoint(patches: readonly Patch[]): boolean {
  return patches.every(({ offset }, index) => {
    const before = patches[index - 1];
    return !before || before.offset + before.bytes.length <= offset;
  });
}
