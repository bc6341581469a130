import type { Budget } from '../disk/budget.ts';
import { BudgetSpent, Unreadable } from '../disk/unreadable.ts';
import type { Declared } from '../declared.ts';
import type { Finding } from '../report.ts';
import { FileTree } from '../system/file-tree.ts';
import type { DiskFacts } from './disk-points.ts';

const BIOS_BOOT = '21686148-6449-6E6F-744E-656564454649';
const SYSTEM_PARTITION = new Set(['C12A7328-F81F-11D2-BA4B-00C04FC93EC9', '0xef']);
const LOADERS = ['/EFI/BOOT/BOOTX64.EFI', '/EFI/BOOT/BOOTAA64.EFI'];

/** The ways in which the disk starts. */
interface Ways {
  readonly bios: string | null;
  readonly uefi: string | null;
  /** A UEFI partition that has loaders, and none where a new server looks. */
  readonly hiddenLoader: string | null;
}

/** Whether a server finds something to start, in the way that is declared. */
export async function bootPoint(facts: DiskFacts, declared: Declared, budget: Budget): Promise<Finding> {
  const ways = { bios: biosWay(facts), ...(await uefiWay(facts, budget)) };
  const wanted = declared.architecture === 'aarch64' ? 'uefi' : declared.boot_mode;
  if (ways.bios === null && ways.uefi === null) return nothingToStart(facts, ways);
  if (wanted === null) return undeclared(ways);
  const seen = ways[wanted];
  if (seen !== null) return { status: 'ok', seen };
  const other = wanted === 'bios' ? 'UEFI' : 'BIOS';
  return {
    status: 'problem',
    seen: `It is to start with ${wanted.toUpperCase()}, and the disk starts with ${other} alone: ${ways.bios ?? ways.uefi ?? ''}`,
    remedy: `Declare the boot mode ${other.toLowerCase()}, or install a loader for ${wanted.toUpperCase()}.`,
  };
}

function undeclared({ bios, uefi }: Ways): Finding {
  if (bios !== null) return { status: 'ok', seen: bios };
  return {
    status: 'warning',
    seen: `No boot mode is declared, and the disk starts with UEFI alone: ${uefi ?? ''}`,
    remedy: 'Declare the boot mode uefi.',
  };
}

function nothingToStart({ volumes }: DiskFacts, { hiddenLoader }: Ways): Finding {
  const unread = volumes.find(({ content }) => content.type === 'unreadable');
  if (unread?.partition && SYSTEM_PARTITION.has(unread.partition.type))
    return { status: 'unknown', seen: 'The UEFI system partition cannot be read', where: unread.where };
  const seen =
    hiddenLoader === null
      ? 'There is no code in the first sector and no loader in a UEFI system partition: the disk cannot be started'
      : 'The UEFI system partition has loaders, and none where a new server looks for it: EFI/BOOT/BOOTX64.EFI';
  const remedy = 'Install a loader: `grub-install`, for UEFI with --removable.';
  return { status: 'problem', seen, where: hiddenLoader ?? 'sector 0', remedy };
}

/** A BIOS runs the first sector, and that finds an active partition or what GRUB has put behind it. */
function biosWay({ table, bootCode }: DiskFacts): string | null {
  if (!bootCode) return null;
  if (!table) return 'The first sector has code, and there are no partitions';
  const active = table.partitions.find((partition) => partition.active);
  const behind = table.partitions.find(({ type }) => type === BIOS_BOOT);
  if (behind) return `The first sector has code, and partition ${behind.number} its continuation`;
  if (active) return `The first sector has code, and partition ${active.number} is active`;
  return table.kind === 'mbr' ? 'The first sector has code' : null;
}

async function uefiWay(facts: DiskFacts, budget: Budget): Promise<Pick<Ways, 'uefi' | 'hiddenLoader'>> {
  let hiddenLoader: string | null = null;
  for (const { where, content } of facts.volumes) {
    if (content.type !== 'file_system' || !content.system.type.startsWith('fat')) continue;
    const tree = new FileTree({ node: await content.system.root(), caseless: true }, budget);
    const loader = await orNone(() => tree.firstOf(LOADERS));
    if (loader !== null) return { uefi: `The UEFI system partition, ${where}, has ${loader}`, hiddenLoader };
    if (((await orNone(() => tree.names('/EFI'))) ?? []).length > 0) hiddenLoader = where;
  }
  return { uefi: null, hiddenLoader };
}

async function orNone<T>(look: () => Promise<T>): Promise<T | null> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof Unreadable && !(error instanceof BudgetSpent)) return null;
    throw error;
  }
}
