/** The export is not there: its host is away, or it moved, or its lock is gone. A look at the lock tells which. */
export class ExportAwayError extends Error {
  override readonly name = 'ExportAwayError';
}

/** The export answers and does not give the disk. */
export class ExportFaultyError extends Error {
  override readonly name = 'ExportFaultyError';
}
