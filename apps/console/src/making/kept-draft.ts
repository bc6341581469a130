import { FRESH_IMPORT, type ImportDraft } from './import-draft.ts';

const KEY = 'imago.making.file';

/** What was filled in, in this tab: a reload in the middle of an upload costs no second typing. */
export const keptDraft = {
  read(): Partial<ImportDraft> {
    try {
      return { ...FRESH_IMPORT, ...(JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as Partial<ImportDraft>) };
    } catch {
      return FRESH_IMPORT;
    }
  },
  /** Without what may be a secret: a URL can hold a key. */
  keep(draft: Partial<ImportDraft>): void {
    sessionStorage.setItem(KEY, JSON.stringify({ ...draft, url: undefined, upload_id: undefined }));
  },
  clear(): void {
    sessionStorage.removeItem(KEY);
  },
};
