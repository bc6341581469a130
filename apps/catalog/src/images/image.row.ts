import type {
  BootStatus,
  ImageInRegion,
  ImageOrigin,
  ImageRecord,
  ImageSource,
  ImageStatus,
  MachineDisk,
  ImportMethod,
  RefusalDocument,
  ScanStatus,
  Visibility,
} from '@imago/contracts';
import { Check, Column, Entity, ForeignKey, getMetadataArgsStorage, Index, PrimaryColumn } from 'typeorm';
import { IMAGE_INDEXES } from '../migrations/image-search.ts';

/**
 * An image as it is stored. Its fields carry the names of the columns, which are those of the contract, and its byte
 * counts stay the decimal text Postgres sends and the contract wants.
 */
@Entity({ schema: 'catalog', name: 'images' })
@Check(
  'images_status_check',
  `status IN ('queued', 'saving', 'uploading', 'importing', 'active', 'deactivated', 'killed', 'deleted')`,
)
@Check('images_visibility_check', `visibility IN ('public', 'private', 'shared', 'community')`)
@Check('images_boot_check', `boot IN ('proven', 'not_proven')`)
@Check('images_scan_check', `scan IN ('clean', 'infected', 'incomplete', 'not_scanned')`)
@Check('images_import_method_check', `import_method IN ('glance-direct', 'web-download')`)
@Check('images_min_disk_check', 'min_disk >= 0')
@Check('images_min_ram_check', 'min_ram >= 0')
@Check('images_size_check', 'size >= 0')
@Check(
  'images_stored_check',
  `status NOT IN ('active', 'deactivated') OR (size IS NOT NULL AND virtual_size IS NOT NULL AND disk_format IS NOT NULL)`,
)
@Check('images_killed_check', `status <> 'killed' OR error IS NOT NULL`)
@Check('images_machine_check', `machine_image_id IS NULL OR data_disks = '[]'`)
@Index('images_counted_idx', ['region', 'owner', 'created_at'], {
  where: `((status <> 'deleted'::text) AND (status <> 'killed'::text) AND (visibility <> 'public'::text) AND (machine_image_id IS NULL))`,
})
export class ImageRow {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'images_pkey' }) id!: string;
  @Column('text') region!: string;
  /** The project it belongs to. */
  @Column('text') owner!: string;
  @Column('text') status!: ImageStatus;
  @Column('text') visibility!: Visibility;
  @Column('text', { nullable: true }) name!: string | null;
  @Column('text', { nullable: true }) description!: string | null;
  @Column('text') image_type!: ImageRecord['image_type'];
  @Column('text', { nullable: true }) architecture!: string | null;
  @Column('text', { nullable: true }) os_distro!: string | null;
  @Column('text', { nullable: true }) os_version!: string | null;
  /** GiB. */
  @Column('integer') min_disk!: number;
  /** MiB. */
  @Column('integer') min_ram!: number;
  @Column('text', { nullable: true }) boot_mode!: ImageRecord['boot_mode'];
  @Column('text') enterprise_project_id!: string;
  @Column('text', { array: true, default: [] }) tags!: string[];
  @Column('jsonb', { default: {} }) properties!: Record<string, string>;
  @Column('boolean', { default: false }) protected!: boolean;
  @Column('boolean', { default: false }) os_hidden!: boolean;
  @Column('text', { nullable: true }) disk_format!: string | null;
  @Column('text', { nullable: true }) container_format!: string | null;
  @Column('bigint', { nullable: true }) size!: string | null;
  @Column('bigint', { nullable: true }) virtual_size!: string | null;
  @Column('text', { nullable: true }) checksum!: string | null;
  @Column('text', { nullable: true }) os_hash_algo!: string | null;
  @Column('text', { nullable: true }) os_hash_value!: string | null;
  @Column('text', { nullable: true }) index_hash!: string | null;
  @Column('jsonb', { nullable: true }) source!: ImageSource | null;
  @Column('jsonb', { nullable: true }) origin!: ImageOrigin | null;
  /** What was seen when it was booted last. */
  @Column('text', { nullable: true }) boot!: BootStatus | null;
  /** What its newest scan came to. */
  @Column('text', { nullable: true }) scan!: ScanStatus | null;
  /** It is to be booted once when it is active. */
  @Column('boolean', { default: false }) verify_boot!: boolean;
  /** While it is imported: how that was asked for, when it had been registered before. */
  @Column('text', { nullable: true }) import_method!: ImportMethod | null;
  /** While it is deactivated: only an operator opens it again. */
  @Column('boolean', { default: false }) closed_by_operator!: boolean;
  /** The image it is a copy of. */
  @Column('jsonb', { nullable: true }) copied_from!: ImageInRegion | null;
  /** Of a full machine; each of them is an image of its own as well, which names this one. */
  @Column('jsonb', { default: [] }) data_disks!: MachineDisk[];
  @ForeignKey(() => ImageRow, { name: 'images_machine_fkey' })
  @Index('images_machine_idx', { where: '(machine_image_id IS NOT NULL)' })
  @Column('uuid', { nullable: true })
  machine_image_id!: string | null;
  @Column('jsonb', { nullable: true }) agreement!: ImageRecord['agreement'];
  @Column('uuid', { nullable: true }) job_id!: string | null;
  @Column('jsonb', { nullable: true }) error!: RefusalDocument | null;
  /** SHA-256 over what was registered: tells a repeated registration from another one under the same id. */
  @Column('text') registration_hash!: string;
  /** The request that deleted it, so that the same request asked again gets the same answer. */
  @Column('text', { nullable: true }) deleted_by_request!: string | null;
  /** The request that changed it last, for the same reason. */
  @Column('text', { nullable: true }) changed_by_request!: string | null;
  /** What can be looked for; the database keeps them and nobody reads them. */
  @Column('uuid', { array: true, default: [], select: false }) readonly terms?: string[];
  /** The highest version of its list of members that was heard of. */
  @Column('integer', { default: 0 }) sharing_version!: number;
  @Column('timestamptz', { default: () => 'now()' }) created_at!: Date;
  @Column('timestamptz', { default: () => 'now()' }) updated_at!: Date;
  @Column('integer') version!: number;
}

// They are of expressions and operator classes TypeORM has no words for: it is told to leave them alone.
for (const { name } of IMAGE_INDEXES) Index(name, { synchronize: false })(ImageRow);

/** The columns that are read: all but the terms, which only the indexes need. */
export const IMAGE_COLUMNS: readonly string[] = getMetadataArgsStorage()
  .columns.filter(({ target, options }) => target === ImageRow && options.select !== false)
  .map(({ propertyName }) => propertyName);

/** Those of them that are JSON: a list in one is not an array of Postgres's. */
export const IMAGE_DOCUMENTS: ReadonlySet<string> = new Set(
  getMetadataArgsStorage()
    .columns.filter(({ target, options }) => target === ImageRow && options.type === 'jsonb')
    .map(({ propertyName }) => propertyName),
);
