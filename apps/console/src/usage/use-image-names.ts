import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';

/** Names that are asked for at once: an address is only so long. */
const MOST = 50;

/** How these images are called. Those that are deleted, or without a name, go by their ids. */
export function useImageNames(ids: readonly string[]): (id: string) => string {
  const { api, region } = useGateway();
  const wanted = [...new Set(ids)].slice(0, MOST);
  const { data } = useQuery({
    queryKey: ['images', region, 'names', wanted],
    enabled: wanted.length > 0,
    queryFn: ({ signal }) =>
      answered(
        api.GET('/v2/images', { params: { query: { id: `in:${wanted.join(',')}`, limit: String(MOST) } }, signal }),
      ),
  });
  return useMemo(() => {
    const names = new Map(data?.images.map(({ id, name }) => [id, name]));
    return (id) => names.get(id) ?? id;
  }, [data]);
}
