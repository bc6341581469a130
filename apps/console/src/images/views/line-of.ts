import type { components } from '../../gateway/openapi.ts';

type Lineage = components['schemas']['ImageLineage'];

/** Something an image comes from, or the image itself. */
export interface LineNode {
  readonly kind: 'image' | 'server' | 'file';
  /** Where it can be looked at; null of what one may not see, and of files. */
  readonly id: string | null;
  /** Null: it is not the caller's to see. */
  readonly name: string | null;
  /** How it came from the one before it; null of the first. */
  readonly by: 'imported' | 'captured' | 'booted' | 'copied' | null;
}

/** The line an image comes from, the oldest first and the image itself last. */
export function lineOf(lineage: Lineage, source: string | undefined): readonly LineNode[] {
  const { copied_from: copied, ancestors } = lineage;
  const newest = { kind: 'image', id: lineage.image_id, name: lineage.name } as const;
  const line: LineNode[] = [{ ...newest, by: null }];
  let { origin } = lineage;
  // Backwards: each image, the server it was made of, the image that server was made of, and so on.
  for (const ancestor of [...ancestors, null]) {
    if (origin !== null) {
      arrive(line, 'captured');
      line.unshift({ kind: 'server', id: origin.server_id, name: origin.server_name, by: null });
    }
    if (ancestor === null) break;
    arrive(line, 'booted');
    line.unshift({
      kind: 'image',
      id: ancestor.name === null ? null : ancestor.image_id,
      name: ancestor.name,
      by: null,
    });
    ({ origin } = ancestor);
  }
  if (copied !== null) {
    arrive(line, 'copied');
    line.unshift({ kind: 'image', id: copied.name === null ? null : copied.image_id, name: copied.name, by: null });
  } else if (source !== undefined && ancestors.length === 0 && lineage.origin === null) {
    arrive(line, 'imported');
    line.unshift({ kind: 'file', id: null, name: source, by: null });
  }
  return line;
}

/** Says how the oldest so far came from the one before it. */
function arrive(line: LineNode[], by: NonNullable<LineNode['by']>): void {
  const [oldest] = line;
  if (oldest !== undefined) line[0] = { ...oldest, by };
}
