import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A machine an image is booted on, from before there is anything of it on its host until nothing is. */
@Entity({ schema: 'compute', name: 'proof_machines' })
export class ProofMachineRow {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'proof_machines_pkey' }) id!: string;
  @Column('uuid') job_id!: string;
  /** Of the attempt it belongs to. */
  @Column('bigint') fencing_token!: string;
  @Column('text') host_id!: string;
  /** MiB. */
  @Column('integer') ram!: number;
  @Column('integer') size_gib!: number;
  @Column('timestamptz', { default: () => 'now()' }) created_at!: Date;
}
