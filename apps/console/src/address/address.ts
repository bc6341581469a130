import { createContext, use } from 'react';

/** What the address of the board says: it survives a reload, and can be sent to a colleague. */
export interface Address {
  readonly types: readonly string[];
  readonly project: string;
  readonly image: string;
  /** A time, or empty. */
  readonly from: string;
  readonly state: string | null;
}

export function readAddress(search: string): Address {
  const query = new URLSearchParams(search);
  return {
    types: query.getAll('type'),
    project: query.get('project') ?? '',
    image: query.get('image') ?? '',
    from: query.get('from') ?? '',
    state: query.get('state'),
  };
}

export function writeAddress({ types, project, image, from, state }: Address): string {
  const query = new URLSearchParams(types.map((type): [string, string] => ['type', type]));
  for (const [name, value] of Object.entries({ project, image, from, state }))
    if (value !== null && value !== '') query.set(name, value);
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

export interface AddressBar {
  readonly address: Address;
  readonly go: (changes: Partial<Address>) => void;
}

export const AddressContext = createContext<AddressBar>({ address: readAddress(''), go: () => undefined });

export function useAddress(): AddressBar {
  return use(AddressContext);
}
