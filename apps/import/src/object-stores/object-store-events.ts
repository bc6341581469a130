import { ObjectStoreCreatedV1, ObjectStoreDeletedV1, ObjectStoreReplacedV1 } from '@imago/contracts';
import type { NewEvent } from '@imago/messaging';
import { type TenantObjectStore, toObjectStoreRecord } from './object-store.row.ts';

export function objectStoreCreated(store: TenantObjectStore, actor: string): NewEvent {
  return { event: ObjectStoreCreatedV1, ...about(store), actor };
}

export function objectStoreReplaced(store: TenantObjectStore, actor: string): NewEvent {
  return { event: ObjectStoreReplacedV1, ...about(store), actor };
}

export function objectStoreDeleted(store: TenantObjectStore, actor: string): NewEvent {
  return { event: ObjectStoreDeletedV1, ...about({ ...store, version: store.version + 1 }), actor };
}

/** Not even the public part of the key is told: many listen. What an event does not know it leaves out. */
function about(store: TenantObjectStore): Omit<NewEvent, 'event'> {
  const { id: subject, project_id, region, version: sequence } = store;
  const data = ObjectStoreCreatedV1.data.parse({ object_store: toObjectStoreRecord(store) });
  return { subject, project_id, region, sequence, data };
}
