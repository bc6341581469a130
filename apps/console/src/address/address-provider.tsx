import { type ReactNode, useCallback, useEffect, useMemo, useState } from 'react';
import { type Address, AddressContext, readAddress, writeAddress } from './address.ts';

/** Keeps the page and its address the same, also when somebody goes back. */
export function AddressProvider({ children }: { readonly children: ReactNode }) {
  const [address, setAddress] = useState(() => readAddress(location.search));
  useEffect(() => {
    const moved = (): void => {
      setAddress(readAddress(location.search));
    };
    addEventListener('popstate', moved);
    return () => {
      removeEventListener('popstate', moved);
    };
  }, []);
  const go = useCallback((changes: Partial<Address>) => {
    const next = { ...readAddress(location.search), ...changes };
    history.pushState(null, '', location.pathname + writeAddress(next));
    setAddress(next);
  }, []);
  const bar = useMemo(() => ({ address, go }), [address, go]);
  return <AddressContext value={bar}>{children}</AddressContext>;
}
