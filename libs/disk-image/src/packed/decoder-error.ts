/** What decodes has itself failed, which says nothing of the file. */
export class DecoderError extends Error {
  override readonly name = 'DecoderError';
}

/** How a process that decodes ends when the file is at fault; it has said why. */
export const FILE_AT_FAULT = 2;
