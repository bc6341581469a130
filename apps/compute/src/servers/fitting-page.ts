/** How many of the records, from the first, fit into so many bytes of JSON; the first always does. */
export function fitting(records: readonly unknown[], bytes: number): number {
  let used = 0;
  for (const [index, record] of records.entries()) {
    used += Buffer.byteLength(JSON.stringify(record)) + 1;
    if (used > bytes && index > 0) return index;
  }
  return records.length;
}
