import { createContext, use } from 'react';
import type { Appearance } from './preferences.ts';

export interface Look {
  readonly appearance: Appearance;
  readonly dress: (appearance: Appearance) => void;
}

/** How the page looks. */
export const AppearanceContext = createContext<Look>({ appearance: 'auto', dress: () => undefined });

export function useLook(): Look {
  return use(AppearanceContext);
}
