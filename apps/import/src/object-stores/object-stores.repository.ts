import { refusal } from '@imago/contracts';
import { lockName } from '@imago/persistence';
import { Injectable } from '@nestjs/common';
import { type EntityManager, QueryFailedError } from 'typeorm';
import { ObjectStoreRow, type TenantObjectStore } from './object-store.row.ts';

/** Which object store somebody means: that of a project, by its name or its id. */
export interface WantedStore {
  readonly project_id: string;
  readonly region: string;
  readonly object_store: string;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The rows of tenants' object stores. */
@Injectable()
export class ObjectStoresRepository {
  /** By its name or its id; a name comes first, should it look like an id. */
  async find(db: EntityManager, wanted: WantedStore): Promise<TenantObjectStore | null> {
    const { project_id, region, object_store } = wanted;
    const named = await db.findOne(ObjectStoreRow, { where: { project_id, region, name: object_store } });
    if (named !== null || !UUID.test(object_store)) return named;
    return db.findOne(ObjectStoreRow, { where: { project_id, region, id: object_store } });
  }

  findById(db: EntityManager, id: string): Promise<TenantObjectStore | null> {
    return db.findOne(ObjectStoreRow, { where: { id } });
  }

  /** Keeps two who change a project's object stores apart until the end of the transaction. */
  async lockProject(tx: EntityManager, projectId: string, region: string): Promise<void> {
    await lockName(tx, JSON.stringify(['imago.import.object_stores', region, projectId]));
  }

  count(db: EntityManager, project_id: string, region: string): Promise<number> {
    return db.count(ObjectStoreRow, { where: { project_id, region } });
  }

  /** By name; one more than the limit when there are more. */
  page(
    db: EntityManager,
    query: { project_id: string; region: string; limit: number; marker: string | null },
  ): Promise<TenantObjectStore[]> {
    const { project_id, region, limit, marker } = query;
    return db.query(
      `SELECT * FROM import.object_stores WHERE region = $1 AND project_id = $2 AND ($3::text IS NULL OR name > $3)
       ORDER BY name LIMIT $4`,
      [region, project_id, marker, limit + 1],
    );
  }

  /** @throws Refusal object_store.name_taken */
  async insert(
    tx: EntityManager,
    row: Partial<TenantObjectStore> & { id: string; name: string },
  ): Promise<TenantObjectStore> {
    await takingName(row.name, () => tx.insert(ObjectStoreRow, row));
    return tx.findOneByOrFail(ObjectStoreRow, { id: row.id });
  }

  /** @throws Refusal object_store.name_taken */
  async replace(
    tx: EntityManager,
    row: Partial<TenantObjectStore> & { id: string; name: string },
  ): Promise<TenantObjectStore> {
    const stamp = { updated_at: () => 'clock_timestamp()', version: () => 'version + 1' };
    await takingName(row.name, () => tx.update(ObjectStoreRow, { id: row.id }, { ...row, ...stamp }));
    return tx.findOneByOrFail(ObjectStoreRow, { id: row.id });
  }

  async delete(tx: EntityManager, id: string): Promise<void> {
    await tx.delete(ObjectStoreRow, { id });
  }
}

async function takingName(name: string, write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    const isTaken = error instanceof QueryFailedError && error.message.includes('object_stores_name_unique');
    throw isTaken ? refusal('object_store.name_taken', `The project has an object store ${name} already.`) : error;
  }
}
