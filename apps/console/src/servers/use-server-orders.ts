import { type Action, useAction } from '../actions/use-action.ts';
import type { Area } from '../live/areas-of.ts';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { useServersWords } from '../language/servers.ts';
import { freshKey } from '../making/fresh-key.ts';
import type { Server } from './server.ts';

const AREAS: readonly Area[] = ['servers', 'jobs'];

/** Switches it on. */
export function useStart({ id, name }: Server): Action<void, { id: string }> {
  const { api } = useGateway();
  const { actions } = useServersWords();
  return useAction({
    act: () => answered(api.POST('/v1/servers/{server_id}/start', { params: { path: { server_id: id } }, body: {} })),
    areas: AREAS,
    said: () => actions.accepted(actions.start, name),
  });
}

/** Switches it off, or off and on. */
export function usePower({ id, name }: Server, action: 'stop' | 'reboot', hard: boolean): Action<void, { id: string }> {
  const { api } = useGateway();
  const { actions } = useServersWords();
  return useAction({
    act: () => {
      const order = { params: { path: { server_id: id } }, body: { hard } };
      return action === 'stop'
        ? answered(api.POST('/v1/servers/{server_id}/stop', order))
        : answered(api.POST('/v1/servers/{server_id}/reboot', order));
    },
    areas: AREAS,
    said: () => actions.accepted(actions[action], name),
  });
}

export function useDeletion({ id, name }: Server): Action<void, { id: string }> {
  const { api } = useGateway();
  const { actions } = useServersWords();
  return useAction({
    act: () => answered(api.DELETE('/v1/servers/{server_id}', { params: { path: { server_id: id } } })),
    areas: AREAS,
    said: () => actions.accepted(actions.delete, name),
  });
}

/** Gives it a new system disk of this image. */
export function useOsChange({ id, name }: Server, imageId: string | null): Action<void, { id: string }> {
  const { api } = useGateway();
  const { actions } = useServersWords();
  return useAction({
    act: () =>
      answered(
        api.POST('/v1/servers/{server_id}/change-os', {
          params: { path: { server_id: id } },
          body: { image_id: imageId ?? '' },
          headers: { 'idempotency-key': freshKey() },
        }),
      ),
    areas: AREAS,
    said: () => actions.accepted(actions.change_os, name),
  });
}
