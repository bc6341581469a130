import { type ImageFile, mappedDisk, type OpenedDisk } from '../inspect/image-file.ts';
import { parseQcow2Header } from './header.ts';
import { loadClusterMap } from './load-cluster-map.ts';

/** The disk in a qcow2 file that depends on no other. */
export async function openQcow2(file: ImageFile): Promise<OpenedDisk> {
  const { source } = file;
  const header = parseQcow2Header(file.head, source.size, file.limits);
  const map = await loadClusterMap(source, header, file);
  const warnings: string[] = [];
  if (header.snapshots > 0)
    warnings.push(`${header.snapshots} internal snapshots are left out: the current disk is taken`);
  if (header.dirty) warnings.push('The image was not closed cleanly: changes in flight at that moment may be missing');
  return mappedDisk(source, map, warnings);
}
