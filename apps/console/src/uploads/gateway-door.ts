import { answered, type Gateway } from '../gateway/gateway.ts';
import type { UploadDoor } from './upload-door.ts';

/** Uploads as the gateway takes them. */
export function gatewayDoor({ api }: Gateway): UploadDoor {
  const of = (upload_id: string) => ({ path: { upload_id } });
  return {
    find: async (fingerprint, signal) => {
      const query = { fingerprint, state: 'open', limit: '10' } as const;
      return (await answered(api.GET('/v1/uploads', { params: { query }, signal }))).uploads;
    },
    start: (body, key, signal) =>
      answered(api.POST('/v1/uploads', { body, headers: { 'idempotency-key': key }, signal })),
    show: (id, signal) => answered(api.GET('/v1/uploads/{upload_id}', { params: of(id), signal })),
    sign: async (id, parts, signal) => {
      const body = { parts: [...parts] };
      return (await answered(api.POST('/v1/uploads/{upload_id}/part-urls', { params: of(id), body, signal }))).parts;
    },
    complete: (id, signal) =>
      answered(api.POST('/v1/uploads/{upload_id}/complete', { params: of(id), body: {}, signal })),
    delete: async (id) => {
      await api.DELETE('/v1/uploads/{upload_id}', { params: of(id) });
    },
  };
}
