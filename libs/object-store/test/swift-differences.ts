const TAKEN = 'Swift knows an upload by its object while that is the one it has become';
const MARKER = 'Swift keeps an upload as an object whose name is the key and the id of the upload';

/**
 * Where OpenStack Swift (2.30, the S3 API of its proxy) does not do what S3 does, of all that the port promises.
 *
 * The first is the one to know about: a part that arrives after the completion replaces the one the object is made of,
 * and with other bytes the object cannot be read any more. Imago's parts depend on the image alone, so whoever sends one
 * again, also a worker that was thought dead, sends the same bytes; and that does no harm (tested for every store).
 */
export const SWIFT_DIFFERENCES: Readonly<Record<string, string>> = {
  'that was completed takes no part': TAKEN,
  'that was completed lists no parts': TAKEN,
  'that was completed is not found by who completes it': `${TAKEN}; it is refused for its parts instead`,
  'is listed with its ETag, as parts that are sent':
    'Swift lists a copy of a whole object without an ETag; the one that copyPart answers is right',
  'is bytes of an object that was uploaded in parts':
    'Swift compares the ETag asked for with that of its own list of the parts; the driver says that it cannot be done',
  // Imago names what it stores itself; these are keys of files that tenants want exported.
  'takes an upload under the key "line\\nbreak\\u0001"': 'XML cannot carry the key, and Swift tries to',
  [`takes an upload under the key "${'x'.repeat(39)}`]: `${MARKER}, and 1024 bytes is the longest`,
};
