/** A disk that clients read. */
export interface OpenExport {
  /** Bytes. */
  readonly size: number;
  /** Fills the target. Whatever it throws is the client's EIO. */
  read(offset: number, target: Buffer): Promise<void>;
  /** The client is gone. */
  close(): void;
}

/** What can be served, by name. */
export interface ExportSource {
  /** @throws ExportRefusal */
  open(name: string): Promise<OpenExport>;
}

/** There is no such export, or it cannot be read; the client is told the message. */
export class ExportRefusal extends Error {
  override readonly name = 'ExportRefusal';
}
