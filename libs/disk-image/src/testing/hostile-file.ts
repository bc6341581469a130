import type { InspectionCode } from '../inspection-refusal.ts';
import type { FileFormat } from '../inspect/declared-format.ts';

/** A file that a tenant may send and Imago must refuse. */
export interface HostileFile {
  readonly name: string;
  readonly declared: FileFormat;
  readonly bytes: Buffer;
  readonly code: InspectionCode;
  /** Whether a look at the file is enough to refuse it, or its compressed data must be read. */
  readonly found: 'inspecting' | 'reading';
}

/** Damages the file in place, or answers another one. */
export type Break = (file: Buffer) => unknown;

export interface Subject {
  readonly format: FileFormat;
  readonly make: () => Buffer;
  /** Makes the checksums right again after the damage, so that it is found and not they. */
  readonly seal?: (file: Buffer) => Buffer;
}

/** A way to break valid files, which are made only when they are wanted: some have MiBs. */
export function breaking({ format, make, seal = (file) => file }: Subject) {
  return (
    name: string,
    code: InspectionCode,
    damage: Break,
    found: HostileFile['found'] = 'inspecting',
  ): HostileFile => ({
    ...{ name, code, declared: format, found },
    get bytes() {
      const file = make();
      const other = damage(file);
      return Buffer.isBuffer(other) && other !== file ? other : seal(file);
    },
  });
}
