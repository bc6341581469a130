import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Problem } from '../gateway/problem.ts';

/** Tells when any question or order was refused because the token is no longer good. */
export function useExpiry(expired: () => void): void {
  const queries = useQueryClient();
  useEffect(() => {
    const judge = (error: unknown): void => {
      if (error instanceof Problem && error.status === 401) expired();
    };
    const asked = queries.getQueryCache().subscribe(({ query }) => {
      judge(query.state.error);
    });
    const ordered = queries.getMutationCache().subscribe(({ mutation }) => {
      judge(mutation?.state.error);
    });
    return () => {
      asked();
      ordered();
    };
  }, [queries, expired]);
}
