import { ImageStorageChangedV1, type DataOf } from '@imago/contracts';
import { type Cause, Outbox } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ObjectLines } from '../objects/object-lines.ts';

export type ChargeReason = DataOf<typeof ImageStorageChangedV1>['reason'];

/** What an image costs now, and what was last said of it. */
interface Charge {
  readonly image_id: string;
  readonly owner: string;
  readonly region: string;
  readonly stored_bytes: string;
  readonly said_owner: string;
  readonly said_bytes: string;
  readonly version: number;
}

/**
 * Tells, in the transaction of whatever changes it, what owners are charged for: the bytes of an image's objects in the
 * store, as long as a private image of the same project is read from them. What only servers, or layers of others, keep
 * costs nothing.
 */
@Injectable()
export class StorageCharges {
  constructor(
    private readonly lines: ObjectLines,
    private readonly outbox: Outbox,
  ) {}

  /** The images whose charge may change when the objects of these do: themselves, and those they are layers on. Asked for before. */
  async concerned(tx: EntityManager, imageIds: readonly string[]): Promise<readonly string[]> {
    const concerned = new Set(imageIds);
    for (const id of imageIds) {
      for (const { image_id } of await this.lines.ofImage(tx, id)) concerned.add(image_id);
    }
    return [...concerned];
  }

  /** Says what has changed of these images' charges. Called last in its transaction: it locks what it compares with. */
  async settle(
    tx: EntityManager,
    imageIds: readonly string[],
    { reason, cause }: { readonly reason: ChargeReason; readonly cause: Cause },
  ): Promise<void> {
    await this.#lock(tx, imageIds);
    // A statement of its own after the lock, so that two that end at the same moment see each other's end.
    const charges: Charge[] = await tx.query(CHARGES, [imageIds]);
    for (const charge of charges) {
      const isSame = charge.said_bytes === charge.stored_bytes && charge.said_owner === charge.owner;
      const isNothing = charge.said_bytes === '0' && charge.stored_bytes === '0';
      if (!isSame && !isNothing) await this.#say(tx, charge, { reason, cause });
    }
  }

  async #lock(tx: EntityManager, imageIds: readonly string[]): Promise<void> {
    await tx.query(
      `INSERT INTO catalog.storage_charges (image_id, owner, stored_bytes, version)
       SELECT id, owner, 0, 0 FROM catalog.images WHERE id = ANY ($1::uuid[]) ORDER BY id ON CONFLICT DO NOTHING`,
      [imageIds],
    );
    await tx.query(
      `SELECT 1 FROM catalog.storage_charges WHERE image_id = ANY ($1::uuid[]) ORDER BY image_id FOR UPDATE`,
      [imageIds],
    );
  }

  async #say(
    tx: EntityManager,
    { image_id, owner, region, stored_bytes, version }: Charge,
    { reason, cause }: { readonly reason: ChargeReason; readonly cause: Cause },
  ): Promise<void> {
    const next = version + 1;
    await tx.query(
      'UPDATE catalog.storage_charges SET owner = $2, stored_bytes = $3, version = $4 WHERE image_id = $1',
      [image_id, owner, stored_bytes, next],
    );
    const data = { image_id, owner, region, stored_bytes, reason, version: next };
    const event = { event: ImageStorageChangedV1, subject: image_id, data, project_id: owner, region };
    await this.outbox.add(tx, event, cause);
  }
}

/**
 * Of each image: the bytes of its own sealed objects that a private image of its owner is read from, straight or through
 * layers. Public images are free.
 */
const CHARGES = `WITH RECURSIVE family AS (
    SELECT o.id AS root, o.id AS member FROM catalog.objects o WHERE o.image_id = ANY ($1::uuid[]) AND o.state = 'sealed'
    UNION
    SELECT family.root, layer.id FROM family
    JOIN catalog.objects layer ON layer.parent_object_id = family.member AND layer.state = 'sealed'),
  needed AS (
    SELECT DISTINCT family.root, reader.owner FROM family
    JOIN catalog.object_references r ON r.object_id = family.member AND r.holder_type = 'image'
    JOIN catalog.images reader ON reader.id = r.holder_id
    WHERE reader.status <> 'deleted' AND reader.visibility <> 'public')
  SELECT i.id AS image_id, i.owner, i.region, said.owner AS said_owner, said.stored_bytes::text AS said_bytes, said.version,
    coalesce((SELECT sum(coalesce(o.stored_size, o.size)) FROM catalog.objects o
      JOIN needed ON needed.root = o.id AND needed.owner = i.owner
      WHERE o.image_id = i.id AND i.visibility <> 'public'), 0)::text AS stored_bytes
  FROM catalog.images i JOIN catalog.storage_charges said ON said.image_id = i.id
  WHERE i.id = ANY ($1::uuid[]) ORDER BY i.id`;
