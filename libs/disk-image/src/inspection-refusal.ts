/** What was wrong with the image, the stable code of it, where in the file, and what its owner can do. */
const REMEDIES = {
  'image.empty': 'Upload a file that is not empty.',
  'image.truncated': 'The file ends too early: upload it again and compare the size with the original.',
  'image.raw_size': 'A raw disk is a whole number of 512-byte sectors: check the declared format and the upload.',
  'image.format_mismatch': 'Declare the format the file really has, or convert it.',
  'image.format_ambiguous': 'Convert the disk to a fresh qcow2 or raw file: this one reads as several formats.',
  'image.format_unsupported': 'Convert the disk to qcow2 or raw (unpack it first if it is compressed).',
  'image.header': 'The qcow2 header is damaged: convert the disk again from its source.',
  'image.version': 'Convert the disk to qcow2 version 3 (compat=1.1).',
  'image.cluster_bits': 'Convert the disk with a cluster size between 512 bytes and 2 MiB.',
  'image.backing_file': 'Flatten the image first (a convert does that): it must not depend on another file.',
  'image.external_data_file': 'Convert the image to one self-contained file.',
  'image.encrypted': 'Decrypt the image first: the platform never holds your key.',
  'image.incompatible_features': 'Convert the image without the newer feature it uses.',
  'image.corrupt': 'The image is marked corrupt: repair it, or convert it again from its source.',
  'image.extended_l2': 'Convert the image with extended_l2=off.',
  'image.compression_type': 'Convert the image with zlib or zstd compression.',
  'image.virtual_size': 'Shrink the disk, or ask the operator for a higher limit.',
  'image.tables': 'The tables of the image are damaged or too large: convert it again from its source.',
  'image.offset_unaligned': 'The tables of the image are damaged: convert it again from its source.',
  'image.offset_out_of_file': 'The image points outside its file: it is damaged or cut short, upload it again.',
  'image.overlap': 'Two parts of the image use the same bytes: convert it again from its source.',
  'image.data': 'A compressed cluster can not be decoded: convert the image again from its source.',
} as const;

export type InspectionCode = keyof typeof REMEDIES;

/** Every code an image can be refused with, for registries and documents. */
export const INSPECTION_CODES = Object.keys(REMEDIES) as readonly InspectionCode[];

/** The image can not be accepted. Permanent: the same bytes are refused again. */
export class InspectionRefusal extends Error {
  override readonly name = 'InspectionRefusal';
  readonly code: InspectionCode;
  readonly remedy: string;
  /** Where in the file the reason stands, when there is one place. */
  readonly offset: number | undefined;

  constructor(code: InspectionCode, message: string, offset?: number, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.remedy = REMEDIES[code];
    this.offset = offset;
  }
}
