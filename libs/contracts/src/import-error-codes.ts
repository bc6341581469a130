import type { ErrorEntry } from './error-codes.ts';

/** What is wrong with a file that is to be imported, or with where it is. */
export const IMPORT_ERRORS = {
  'bundle.manifest_invalid': { kind: 'invalid', remedy: 'Make the bundle again with npm run bundle -- pack.' },
  'bundle.signer_unknown': {
    kind: 'forbidden',
    remedy: 'Compare the key with its owner by another way, then add its public half to IMPORT_BUNDLE_KEYS_FILE.',
  },
  'bundle.signature_invalid': {
    kind: 'forbidden',
    remedy: 'The manifest is not what was signed: get the bundle again from whoever made it.',
  },
  'bundle.region_mismatch': { kind: 'conflict', remedy: 'Send the bundle to the region it was made for.' },
  'bundle.file_mismatch': {
    kind: 'conflict',
    remedy: 'The file is not the one of the manifest: get the bundle again from whoever made it, or send it again.',
  },
  'project.not_found': { kind: 'not_found', remedy: 'Check the id of the project.' },
  'import.malware_found': {
    kind: 'conflict',
    remedy: 'Do not use this file; get a clean one from whoever made it.',
  },
  'import.not_scanned': {
    kind: 'unavailable',
    remedy:
      'Set up the scanner (docs/operations.md) and import again, or import with a reason why it need not be scanned.',
  },
  'import.format_missing': { kind: 'conflict', remedy: 'Set disk_format and container_format of the image first.' },
  'import.bucket_not_found': {
    kind: 'not_found',
    remedy: 'Use a bucket assigned to your project, or ask the operator to assign this one.',
  },
  'import.object_not_found': {
    kind: 'not_found',
    remedy: 'Check the address and upload the file to your bucket first.',
  },
  'import.source_changed': {
    kind: 'conflict',
    remedy: 'Do not overwrite the file while it is imported; import it again.',
  },
  'import.source_unreadable': { kind: 'unavailable', remedy: 'Check that the bucket can be read, then import again.' },
  'import.url_refused': {
    kind: 'invalid',
    remedy: 'Use an https URL of a server anybody can reach, without user, password and fragment.',
  },
  'import.host_not_found': { kind: 'invalid', remedy: 'Check the host name in the address and its DNS records.' },
  'import.connection_failed': {
    kind: 'unavailable',
    remedy: 'Check that the server runs and can be reached from outside, then import again.',
  },
  'import.tls_failed': { kind: 'invalid', remedy: 'Give the server a valid certificate for its host name.' },
  'import.source_stalled': {
    kind: 'unavailable',
    remedy: 'The server sends too slowly: import again later, or put the file in a bucket.',
  },
  'import.access_denied': {
    kind: 'forbidden',
    remedy: 'Check the credentials, headers or signed URL you gave: they do not open the file, or not any more.',
  },
  'import.url_not_found': { kind: 'not_found', remedy: 'Check the URL: its server has no file there.' },
  'import.server_failed': {
    kind: 'unavailable',
    remedy: 'The server of the file is busy or broken: import again later, or put the file in a bucket.',
  },
  'import.redirect_refused': { kind: 'invalid', remedy: 'Use the address the file is at in the end, over https.' },
  'import.ranges_unsupported': {
    kind: 'unsupported',
    remedy: 'The server cannot send parts of the file: put the file in a bucket, or upload it.',
  },
  'import.version_unknown': {
    kind: 'unsupported',
    remedy: 'The server names no version of the file (ETag or Last-Modified): put the file in a bucket, or upload it.',
  },
  'import.content_encoded': {
    kind: 'unsupported',
    remedy: 'The server encodes the file on its way: use an address where it is sent as it is.',
  },
  'import.file_too_large': { kind: 'too_large', remedy: 'Import a file within the limit the message names.' },
  'import.checksum_required': {
    kind: 'invalid',
    remedy: 'Give the checksum the publisher of the file names: {"algorithm": "sha256", "value": "…"}.',
  },
  'import.checksum_mismatch': {
    kind: 'conflict',
    remedy: 'The file is not the one the checksum is of: check both, then import again.',
  },
  'import.preflight_busy': {
    kind: 'unavailable',
    remedy: 'Wait for the preflight before to be answered, then ask again; an import needs none.',
  },
  'import.secret_unreadable': { kind: 'internal', remedy: 'Import again, and give the headers or signed URL again.' },
} as const satisfies Record<string, ErrorEntry>;
