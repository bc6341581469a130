/** What a page may know of a file without reading it. */
export interface FileFacts {
  readonly name: string;
  readonly size: number;
  /** Milliseconds since 1970, as browsers tell it. */
  readonly lastModified: number;
}

/** What is remembered of a file that was being sent; not every browser knows when it was changed. */
export type KnownFile = Omit<FileFacts, 'lastModified'> & { readonly lastModified: number | null };

export type FileDifference = 'name' | 'size' | 'lastModified';

/** In what a chosen file is another than the one that was being sent; nothing: it may be the same. */
export function differencesOf(chosen: FileFacts, known: KnownFile): readonly FileDifference[] {
  return [
    ...(chosen.name === known.name ? [] : (['name'] as const)),
    ...(chosen.size === known.size ? [] : (['size'] as const)),
    ...(known.lastModified === null || chosen.lastModified === known.lastModified ? [] : (['lastModified'] as const)),
  ];
}
