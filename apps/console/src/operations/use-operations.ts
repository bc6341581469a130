import { useQuery } from '@tanstack/react-query';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';

/** Milliseconds between two looks when nothing happens: services go away without an event. */
const LOOK = 5_000;

/** How the installation is doing, kept true. */
export function useOperations() {
  const { api, region } = useGateway();
  return useQuery({
    queryKey: ['operations', region, 'report'],
    queryFn: ({ signal }) => answered(api.GET('/v1/operator/operations', { signal })),
    refetchInterval: LOOK,
  });
}
