import type { InitialisationComponent } from '@imago/contracts';
import { initialiser } from '../points/linux-points.ts';
import { cloudbaseInit } from '../points/windows-points.ts';
import type { FoundSystem } from './find-system.ts';

/** What sets up a server of a system with keys, passwords and user data; null when nothing does, or it is switched off. */
export async function initialisationComponent({
  type,
  tree,
}: Pick<FoundSystem, 'type' | 'tree'>): Promise<InitialisationComponent | null> {
  if (type === 'windows') return (await cloudbaseInit(tree)) === null ? null : 'cloudbase-init';
  const found = await initialiser(tree);
  return found?.name === 'cloud-init' && !found.disabled ? 'cloud-init' : null;
}
