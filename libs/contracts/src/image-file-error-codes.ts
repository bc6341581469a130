import type { ErrorEntry } from './error-codes.ts';

/** What is wrong with an image file, found by looking at nothing but the file. */
export const IMAGE_FILE_ERRORS = {
  'image.empty': { kind: 'unsupported', remedy: 'Upload the file again: it has no bytes.' },
  'image.truncated': {
    kind: 'unsupported',
    remedy: 'The file ends too early: upload it again and compare its size with the original.',
  },
  'image.raw_size': {
    kind: 'unsupported',
    remedy: 'A raw disk is a whole number of 512-byte sectors: check the declared format and the upload.',
  },
  'image.format_mismatch': {
    kind: 'unsupported',
    remedy: 'Declare the format the file really has (of an ISO image: iso), or convert the file.',
  },
  'image.format_ambiguous': {
    kind: 'unsupported',
    remedy: 'Convert the disk to a fresh qcow2 or raw file: this one reads as several formats.',
  },
  'image.format_unsupported': {
    kind: 'unsupported',
    remedy:
      'Convert the file to raw, qcow2, vmdk, vhd, vhdx or vdi; of a packed one, say its compression, or unpack it first.',
  },
  'image.header': {
    kind: 'unsupported',
    remedy: 'The header of the image is damaged: convert the disk, or make the ISO image, again from its source.',
  },
  'image.version': {
    kind: 'unsupported',
    remedy: 'Convert the disk with a current tool: qemu-img convert -O qcow2 -o compat=1.1.',
  },
  'image.cluster_bits': {
    kind: 'unsupported',
    remedy: 'Convert the disk with a cluster size between 512 bytes and 2 MiB.',
  },
  'image.backing_file': {
    kind: 'unsupported',
    remedy: 'Make the image depend on no other file: qemu-img convert -O qcow2 does that.',
  },
  'image.external_data_file': {
    kind: 'unsupported',
    remedy: 'Convert the image to one self-contained file: qemu-img convert -O qcow2.',
  },
  'image.encrypted': { kind: 'unsupported', remedy: 'Decrypt the image first: the platform never holds your key.' },
  'image.incompatible_features': {
    kind: 'unsupported',
    remedy: 'Convert the image without the newer feature it uses.',
  },
  'image.corrupt': {
    kind: 'unsupported',
    remedy: 'The image is marked corrupt: repair it, or convert it again from its source.',
  },
  'image.log_pending': {
    kind: 'unsupported',
    remedy:
      'Mount the disk read-write where it was made and dismount it, which writes its log out; then upload it again.',
  },
  'image.extended_l2': { kind: 'unsupported', remedy: 'Convert the image with -o extended_l2=off.' },
  'image.compression_type': {
    kind: 'unsupported',
    remedy: 'Convert the image again: with zlib or zstd compression as qcow2, with deflate or none as VMDK.',
  },
  'image.virtual_size': {
    kind: 'too_large',
    remedy: 'Shrink the disk to the size the message allows, or ask the operator for a higher limit.',
  },
  'image.tables': {
    kind: 'unsupported',
    remedy: 'The tables of the image are damaged or too large: convert it again from its source.',
  },
  'image.offset_unaligned': {
    kind: 'unsupported',
    remedy: 'The tables of the image are damaged: convert it again from its source.',
  },
  'image.offset_out_of_file': {
    kind: 'unsupported',
    remedy: 'The image points outside its file: it is damaged or cut short, upload it again.',
  },
  'image.overlap': {
    kind: 'unsupported',
    remedy: 'Two parts of the image use the same bytes: convert it again from its source.',
  },
  'image.data': {
    kind: 'unsupported',
    remedy: 'A compressed cluster cannot be decoded: convert the image again from its source.',
  },
  'image.unpack_failed': {
    kind: 'unsupported',
    remedy:
      'The packed file is damaged, or packed in an unusual way: pack it again with gzip, xz -9 or zstd as one frame.',
  },
  'image.unpacked_too_large': {
    kind: 'too_large',
    remedy:
      'Ask for a system disk as large as the disk in the file, or convert the file so that it is no larger than it.',
  },
} as const satisfies Record<string, ErrorEntry>;
