import {
  type ListMetadefNamespaces,
  type MetadefItem,
  type MetadefKind,
  refusal,
  type RequestOf,
} from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { Injectable } from '@nestjs/common';
import { type EntityManager, In, type QueryDeepPartialEntity } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { MetadefItemRow, MetadefNamespaceRow, MetadefResourceTypeRow } from './metadef.rows.ts';

type Listing = RequestOf<typeof ListMetadefNamespaces>;

/** Which namespace. */
export interface NamespaceName {
  readonly region: string;
  readonly namespace: string;
}

/** An answer must stay under a mebibyte, with room for the times and names of everything. */
const MOST_BYTES = 512 * 1024;
const MOST_ITEMS = 2000;

/** Rows of namespaces and of what is in them. Whoever changes one has locked it. */
@Injectable()
export class MetadefsRepository {
  /**
   * The namespace, when the caller may see it.
   * @throws Refusal metadef.not_found, auth.forbidden
   */
  async require(tx: EntityManager, where: NamespaceName, context: RequestContext): Promise<MetadefNamespaceRow> {
    const row = await tx.findOne(MetadefNamespaceRow, { where: { ...where } });
    return visible(row, where, context);
  }

  /**
   * The same, kept from everybody else until the transaction ends, for who may change it.
   * @throws Refusal metadef.not_found, auth.forbidden
   */
  async lock(tx: EntityManager, where: NamespaceName, context: RequestContext): Promise<MetadefNamespaceRow> {
    const row = await tx.findOne(MetadefNamespaceRow, { where: { ...where }, lock: { mode: 'pessimistic_write' } });
    const found = visible(row, where, context);
    requireAllowed('metadef.manage', context, 'public');
    return found;
  }

  /** A page of what the caller may see, one more than asked for when there are more. */
  async page(tx: EntityManager, listing: Listing, context: RequestContext): Promise<MetadefNamespaceRow[]> {
    const { region, limit, marker, sort_key, sort_dir, visibility, resource_types } = listing;
    const query = tx.createQueryBuilder(MetadefNamespaceRow, 'n').where('n.region = :region', { region });
    if (!context.roles.includes('admin'))
      query.andWhere(`(n.visibility = 'public' OR n.owner = :owner)`, { owner: context.project_id });
    if (visibility !== null) query.andWhere('n.visibility = :visibility', { visibility });
    if (resource_types.length > 0) {
      const isFor = query.subQuery().select('1').from(MetadefItemRow, 'i').where('i.namespace_id = n.id');
      query.andWhere(
        `EXISTS ${isFor.andWhere(`i.kind = 'resource_type' AND i.name IN (:...resource_types)`).getQuery()}`,
        { resource_types },
      );
    }
    if (marker !== null) {
      const { id } = await this.require(tx, { region, namespace: marker }, context);
      const last = `(SELECT m.${sort_key}, m.namespace FROM catalog.metadef_namespaces m WHERE m.id = :id)`;
      query.andWhere(`(n.${sort_key}, n.namespace) ${sort_dir === 'asc' ? '>' : '<'} ${last}`, { id });
    }
    const direction = sort_dir === 'asc' ? 'ASC' : 'DESC';
    return query
      .orderBy(`n.${sort_key}`, direction)
      .addOrderBy('n.namespace', direction)
      .limit(limit + 1)
      .getMany();
  }

  /** What is in namespaces, in the order it came in. */
  items(tx: EntityManager, ids: readonly string[], kind?: MetadefKind): Promise<MetadefItemRow[]> {
    const where = { namespace_id: In([...ids]), ...(kind !== undefined && { kind }) };
    return tx.find(MetadefItemRow, { where, order: { created_at: 'ASC', id: 'ASC' } });
  }

  findItem(tx: EntityManager, namespace_id: string, kind: MetadefKind, name: string): Promise<MetadefItemRow | null> {
    return tx.findOne(MetadefItemRow, { where: { namespace_id, kind, name } });
  }

  /** @throws Refusal metadef.exists for one that was there, or named twice */
  async insertItems(
    tx: EntityManager,
    { id: namespace_id, region }: MetadefNamespaceRow,
    items: readonly MetadefItem[],
    { request_id }: RequestContext,
  ): Promise<void> {
    for (const { kind, name, document } of items) {
      const known = await this.findItem(tx, namespace_id, kind, name);
      if (known !== null) throw exists(kind, name);
      const row = { id: uuidv7(), namespace_id, kind, name, document, changed_by_request: request_id };
      await tx.insert(MetadefItemRow, row as QueryDeepPartialEntity<MetadefItemRow>);
      if (kind === 'resource_type') await this.#keepType(tx, region, name);
    }
  }

  /** Limits what one answer must hold. @throws Refusal metadef.too_large */
  async requireFitting(tx: EntityManager, { id, namespace }: MetadefNamespaceRow): Promise<void> {
    const [sums]: { items: number; bytes: number }[] = await tx.query(
      `SELECT count(*)::integer AS items, coalesce(sum(octet_length(document::text)), 0)::integer AS bytes
       FROM catalog.metadef_items WHERE namespace_id = $1`,
      [id],
    );
    const { items = 0, bytes = 0 } = sums ?? {};
    if (items <= MOST_ITEMS && bytes <= MOST_BYTES) return;
    throw refusal(
      'metadef.too_large',
      `Namespace ${namespace} would have ${items} definitions of ${bytes} bytes; ${MOST_ITEMS} and ${MOST_BYTES} may be.`,
    );
  }

  resourceTypes(tx: EntityManager, region: string): Promise<MetadefResourceTypeRow[]> {
    return tx.find(MetadefResourceTypeRow, { where: { region }, order: { name: 'ASC' }, take: 1000 });
  }

  async #keepType(tx: EntityManager, region: string, name: string): Promise<void> {
    await tx.createQueryBuilder().insert().into(MetadefResourceTypeRow).values({ region, name }).orIgnore().execute();
  }
}

export function exists(what: string, name: string): Error {
  return refusal('metadef.exists', `There is a ${what.replaceAll('_', ' ')} '${name}' already.`);
}

export function notFound(what: string, name: string): Error {
  return refusal('metadef.not_found', `There is no ${what.replaceAll('_', ' ')} '${name}'.`);
}

function visible(
  row: MetadefNamespaceRow | null,
  { namespace }: NamespaceName,
  context: RequestContext,
): MetadefNamespaceRow {
  if (row === null) throw notFound('namespace', namespace);
  const isOwn = row.owner === context.project_id ? 'owner' : 'none';
  requireAllowed('metadef.get', context, row.visibility === 'public' ? 'public' : isOwn);
  return row;
}
