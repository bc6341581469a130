/** Every reason an image file is refused for. The remedies stand beside them in the registry of error codes. */
export const INSPECTION_CODES = [
  'image.empty',
  'image.truncated',
  'image.raw_size',
  'image.format_mismatch',
  'image.format_ambiguous',
  'image.format_unsupported',
  'image.header',
  'image.version',
  'image.cluster_bits',
  'image.backing_file',
  'image.external_data_file',
  'image.encrypted',
  'image.incompatible_features',
  'image.corrupt',
  'image.log_pending',
  'image.extended_l2',
  'image.compression_type',
  'image.virtual_size',
  'image.tables',
  'image.offset_unaligned',
  'image.offset_out_of_file',
  'image.overlap',
  'image.data',
  'image.unpack_failed',
  'image.unpacked_too_large',
] as const;

export type InspectionCode = (typeof INSPECTION_CODES)[number];

/** The image can not be accepted. Permanent: the same bytes are refused again. */
export class InspectionRefusal extends Error {
  override readonly name = 'InspectionRefusal';
  readonly code: InspectionCode;
  /** Where in the file the reason stands, when there is one place. */
  readonly offset: number | undefined;

  constructor(code: InspectionCode, message: string, offset?: number, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.offset = offset;
  }
}
