import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { ServerRow } from '../servers/server.row.ts';

/** A piece of what a server wrote to its serial console. */
@Entity({ schema: 'compute', name: 'console_chunks' })
@Check('console_chunks_start_offset_check', 'start_offset >= 0')
export class ConsoleChunkRow {
  @ForeignKey(() => ServerRow, { name: 'console_chunks_server_fkey' })
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'console_chunks_pkey' })
  server_id!: string;
  /** Where in all that the server ever wrote it begins, in bytes. */
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'console_chunks_pkey' }) start_offset!: string;
  @Column('bytea') data!: Buffer;
}
