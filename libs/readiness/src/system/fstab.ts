/** A line of /etc/fstab. */
export interface FstabEntry {
  /** From 1. */
  readonly line: number;
  /** `UUID=…`, `LABEL=…`, `/dev/…`. */
  readonly source: string;
  readonly target: string;
  readonly type: string;
  readonly options: readonly string[];
}

/** The entries of a file; lines that are none are left out. */
export function parseFstab(lines: readonly string[]): FstabEntry[] {
  return lines.flatMap((text, index) => {
    const [source, target, type = 'auto', options = ''] = text.trim().split(/\s+/);
    if (!source || source.startsWith('#') || !target) return [];
    return [{ line: index + 1, source: unquoted(source), target, type, options: options.split(',') }];
  });
}

function unquoted(source: string): string {
  return source.replaceAll('"', '').replaceAll("'", '');
}
