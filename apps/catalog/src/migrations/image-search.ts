import { imageSortKey, type ImageSortKey } from '@imago/contracts';

/**
 * What makes every filter and every order of a list of images cheap, however many images there are. A page either walks
 * the index of its order from its marker and stops when it is full, or, where what it looks for is rare, fetches just
 * that by its terms; which of the two is cheaper, Postgres knows from the frequency of each term.
 */

/**
 * A term says of an image that an attribute, a tag (`tag`) or a custom property (`p:` and its name) has a value, in the
 * scope of those who may look: `region/owner`, `region//public`, or `region` for operators. One index over the terms of
 * all serves every filter by equality, and what other projects have does not make a project's own look any slower.
 * A trigger keeps them, so that no writer can forget to.
 */
export const IMAGE_TERMS: readonly string[] = [
  `CREATE FUNCTION catalog.image_term(scope text, attribute text, value text) RETURNS uuid
     LANGUAGE sql IMMUTABLE PARALLEL SAFE
     RETURN md5(scope || E'\\x1f' || attribute || E'\\x1f' || value)::uuid`,
  setImageTerms('CREATE', { columns: '', properties: 'NEW.properties' }),
  `CREATE TRIGGER images_terms BEFORE INSERT OR UPDATE ON catalog.images
     FOR EACH ROW EXECUTE FUNCTION catalog.set_image_terms()`,
];

/** With what an image was seen to do when it was booted; nobody else says so under that name. */
export const BOOT_IMAGE_TERMS = setImageTerms('CREATE OR REPLACE', {
  columns: `, 'p:boot' || E'\\x1f' || NEW.boot`,
  properties: `(NEW.properties - 'boot')`,
});

/** With what its scan came to as well. */
export const SCAN_IMAGE_TERMS = setImageTerms('CREATE OR REPLACE', {
  columns: `, 'p:boot' || E'\\x1f' || NEW.boot, 'p:scan' || E'\\x1f' || NEW.scan`,
  properties: `(NEW.properties - 'boot' - 'scan')`,
});

/** As it was before that. */
export const FIRST_IMAGE_TERMS = setImageTerms('CREATE OR REPLACE', { columns: '', properties: 'NEW.properties' });

interface TermSources {
  /** More elements for the list of what is said, each after a comma. */
  readonly columns: string;
  /** What has the custom properties that count. */
  readonly properties: string;
}

function setImageTerms(create: 'CREATE' | 'CREATE OR REPLACE', { columns, properties }: TermSources): string {
  return `${create} FUNCTION catalog.set_image_terms() RETURNS trigger LANGUAGE plpgsql AS $terms$
     DECLARE
       scopes text[] := ARRAY[NEW.region, NEW.region || '/' || NEW.owner];
       said text[] := ARRAY[
         'owner' || E'\\x1f' || NEW.owner, 'name' || E'\\x1f' || NEW.name, 'status' || E'\\x1f' || NEW.status,
         'visibility' || E'\\x1f' || NEW.visibility, 'container_format' || E'\\x1f' || NEW.container_format,
         'disk_format' || E'\\x1f' || NEW.disk_format, 'checksum' || E'\\x1f' || NEW.checksum,
         'os_hash_value' || E'\\x1f' || NEW.os_hash_value, 'protected' || E'\\x1f' || NEW.protected::text,
         'p:description' || E'\\x1f' || NEW.description, 'p:architecture' || E'\\x1f' || NEW.architecture,
         'p:os_distro' || E'\\x1f' || NEW.os_distro, 'p:os_version' || E'\\x1f' || NEW.os_version,
         'p:hw_firmware_type' || E'\\x1f' || NEW.boot_mode,
         'p:enterprise_project_id' || E'\\x1f' || NEW.enterprise_project_id${columns}];
     BEGIN
       IF NEW.status = 'deleted' THEN -- it would count among the frequent ones
         NEW.terms := '{}';
         RETURN NEW;
       END IF;
       IF NEW.visibility IN ('public', 'community') THEN
         scopes := scopes || (NEW.region || '//' || NEW.visibility);
       END IF;
       IF NOT NEW.properties ? 'image_type' THEN
         said := said || ('p:image_type' || E'\\x1f' || NEW.image_type);
       END IF;
       IF NEW.properties <> '{}' THEN
         said := said || ARRAY(SELECT 'p:' || key || E'\\x1f' || value FROM jsonb_each_text(${properties}));
       END IF;
       IF cardinality(NEW.tags) > 0 THEN
         said := said || ARRAY(SELECT 'tag' || E'\\x1f' || tag FROM unnest(NEW.tags) AS tag);
       END IF;
       NEW.terms := ARRAY(
         SELECT md5(scope || E'\\x1f' || each)::uuid FROM unnest(scopes) AS scope, unnest(said) AS each
         WHERE each IS NOT NULL);
       RETURN NEW;
     END $terms$`;
}

/** The expression each order sorts by: nothing comes before everything, and text by its bytes, the same everywhere. */
export const SORT_EXPRESSIONS = {
  name: `(coalesce(name, '') COLLATE "C")`,
  status: `(status COLLATE "C")`,
  container_format: `(coalesce(container_format, '') COLLATE "C")`,
  disk_format: `(coalesce(disk_format, '') COLLATE "C")`,
  size: `(coalesce(size, -1))`,
  id: 'id',
  created_at: 'created_at',
  updated_at: 'updated_at',
} as const satisfies Record<ImageSortKey, string>;

const FILTERED_BY_RANGE = ['virtual_size', 'min_disk', 'min_ram'] as const;

export interface ImageIndex {
  readonly name: string;
  /** What follows the name of the table. */
  readonly on: string;
}

const LISTED = `status <> 'deleted'`;

/** Every index a list of images may use. Deleted images are in none of them. */
export const IMAGE_INDEXES: readonly ImageIndex[] = [
  // Without the list of pending entries, which every look would have to read through.
  { name: 'images_terms_idx', on: `USING gin (terms) WITH (fastupdate = off) WHERE ${LISTED}` },
  { name: 'images_region_idx', on: `(region, os_hidden, created_at, id) WHERE ${LISTED}` },
  ...imageSortKey.options.flatMap((key) => [
    { name: `images_owner_${key}_idx`, on: `(region, owner, os_hidden, ${keyColumns(key)}) WHERE ${LISTED}` },
    {
      name: `images_public_${key}_idx`,
      on: `(region, visibility, os_hidden, ${keyColumns(key)})
        WHERE ${LISTED} AND visibility IN ('public', 'community')`,
    },
  ]),
  ...FILTERED_BY_RANGE.map((column) => ({
    name: `images_owner_${column}_idx`,
    on: `(region, owner, os_hidden, ${column}) WHERE ${LISTED}`,
  })),
];

/** Images that are equal in the key come in the order of their making. */
function keyColumns(key: ImageSortKey): string {
  if (key === 'id') return 'id';
  return key === 'created_at' ? 'created_at, id' : `${SORT_EXPRESSIONS[key]}, created_at, id`;
}
