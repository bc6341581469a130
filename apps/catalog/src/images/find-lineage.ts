import type { GetLineage, RequestOf, ResponseOf } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ObjectLines } from '../objects/object-lines.ts';
import { ImageAccess } from './image-access.ts';
import { toRecord } from './image-record.ts';
import { IMAGE_COLUMNS, type ImageRow } from './image.row.ts';
import { ImagesRepository } from './images.repository.ts';

type Lineage = ResponseOf<typeof GetLineage>;
type Ancestor = Lineage['ancestors'][number];

/** An image that another names as the one it comes from. All but its id is null when there is no such image any more. */
type NamedImage = { readonly ancestor_id: string } & (ImageRow | Record<keyof ImageRow, null>);

/** As many ancestors as an answer has; who wants those before asks for the lineage of the last. */
const ANCESTORS = 100;

/** Tells where an image comes from. */
@Injectable()
export class FindLineage {
  constructor(
    private readonly db: DataSource,
    private readonly images: ImagesRepository,
    private readonly access: ImageAccess,
    private readonly lines: ObjectLines,
  ) {}

  /** @throws Refusal image.not_found, auth.forbidden */
  async execute({ image_id, region }: RequestOf<typeof GetLineage>, context: RequestContext): Promise<Lineage> {
    const tx = this.db.manager;
    const found = await this.images.find(tx, image_id);
    const image = await this.access.require(tx, 'image.lineage', found, { region, context });
    const named = await ancestorsOf(tx, image.id);
    const there = named.filter((each): each is NamedImage & ImageRow => each.id !== null && isInLine(each, image));
    const seen = await this.access.visible(tx, there, context);
    const ancestors = named.map((each) => toAncestor(each, seen));
    const firstHidden = ancestors.findIndex(({ status }) => status === null);
    return {
      image: toRecord(image),
      copied_from: await this.#copiedFrom(tx, image, context),
      // What a hidden image comes from is as hidden as itself.
      ancestors: firstHidden < 0 ? ancestors : ancestors.slice(0, firstHidden + 1),
      layers: (await this.lines.ofImage(tx, image.id)).length,
    };
  }

  async #copiedFrom(tx: EntityManager, image: ImageRow, context: RequestContext): Promise<Lineage['copied_from']> {
    if (image.copied_from === null) return null;
    const source = await this.images.find(tx, image.copied_from.image_id);
    const seen = source === null ? new Set() : await this.access.visible(tx, [source], context);
    if (source === null || !seen.has(source.id)) return { ...image.copied_from, name: null, status: null };
    return { ...image.copied_from, name: source.name, status: source.status };
  }
}

/** What a copy comes from may lie where the copy was made from. */
function isInLine({ region }: NamedImage, image: ImageRow): boolean {
  return region === image.region || region === image.copied_from?.region;
}

/** Nearest first; deleted images among them, whose rows stay. */
function ancestorsOf(tx: EntityManager, imageId: string): Promise<NamedImage[]> {
  const columns = IMAGE_COLUMNS.map((column) => `i.${column}`).join(', ');
  return tx.query(
    `WITH RECURSIVE line AS (
       SELECT (origin->>'image_id')::uuid AS ancestor_id, 1 AS distance FROM catalog.images WHERE id = $1
       UNION ALL
       SELECT (i.origin->>'image_id')::uuid, distance + 1
       FROM line JOIN catalog.images i ON i.id = line.ancestor_id WHERE distance < $2)
     SELECT line.ancestor_id, ${columns} FROM line LEFT JOIN catalog.images i ON i.id = line.ancestor_id
     WHERE line.ancestor_id IS NOT NULL ORDER BY distance`,
    [imageId, ANCESTORS],
  );
}

function toAncestor(named: NamedImage, seen: ReadonlySet<string>): Ancestor {
  const image_id = named.ancestor_id;
  if (named.id === null || !seen.has(named.id)) {
    return { image_id, name: null, status: null, origin: null, created_at: null };
  }
  const { name, status, origin, created_at } = named;
  return { image_id, name, status, origin, created_at: created_at.toISOString() };
}
