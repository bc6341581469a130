import { createContext, use } from 'react';

/** Says in a sentence what has been done; the newest alone is shown. */
export const NoticeContext = createContext<(text: string) => void>(() => undefined);

export function useNotice(): (text: string) => void {
  return use(NoticeContext);
}
