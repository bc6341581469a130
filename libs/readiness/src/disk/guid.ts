/** A GUID as Microsoft and GPT write it, its first three fields turned round; in capitals. */
export function guidText(bytes: Buffer): string {
  const turned = Buffer.from(bytes.subarray(0, 16));
  turned.subarray(0, 4).reverse();
  turned.subarray(4, 6).reverse();
  turned.subarray(6, 8).reverse();
  return uuidText(turned).toUpperCase();
}

/** A UUID in the usual order of bytes, in small letters. */
export function uuidText(bytes: Buffer): string {
  const digits = bytes.toString('hex', 0, 16);
  return [
    [0, 8],
    [8, 12],
    [12, 16],
    [16, 20],
    [20, 32],
  ]
    .map(([from, to]) => digits.slice(from, to))
    .join('-');
}
