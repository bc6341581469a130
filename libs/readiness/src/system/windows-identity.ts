import { readingFrom } from '../disk/unreadable.ts';
import type { FoundSystem } from './find-system.ts';
import type { SystemIdentity } from './os-release.ts';
import { RegistryHive } from './registry-hive.ts';

const HIVE = '/Windows/System32/config/SOFTWARE';
const KEY = ['Microsoft', 'Windows NT', 'CurrentVersion'];

/** What a Windows says of itself in its registry; null when it has none. */
export async function windowsIdentity({ tree }: FoundSystem): Promise<SystemIdentity | null> {
  const file = await tree.find(HIVE);
  if (file?.node.kind !== 'file') return null;
  const hive = new RegistryHive(file.node);
  const values = await readingFrom(HIVE, () => hive.texts(KEY, ['productname', 'currentbuild']));
  const product = values?.get('productname');
  if (product === undefined) return null;
  const build = values?.get('currentbuild');
  const name = build === undefined ? product : `${product}, build ${build}`;
  return { distro: 'windows', version: windowsVersion(product), name, where: HIVE };
}

/** `Windows Server 2012 R2 Standard` is 2012 R2. */
export function windowsVersion(product: string): string | null {
  return /(?:Server\s+)?\b(\d{4}(?: R2)?|\d{1,2}(?:\.\d)?|Vista|XP)\b/.exec(product)?.[1] ?? null;
}
