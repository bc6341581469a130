import { ExtFile, type FoundFile, type PointName, printable, readingFrom } from '@imago/readiness';
import { type Change, type LeftAsIs, Refusal } from './generalization.ts';

/** No file of settings that anybody wrote is longer. */
const LONGEST = 64 * 1024;

/** A file and what is to become of it. */
export interface PlannedFile {
  readonly file: ExtFile;
  readonly content: Buffer;
  readonly changes: readonly Change[];
}

/** What is wanted, before anything is tried: several rules may want something of one file. */
export class Plan {
  readonly left: LeftAsIs[] = [];
  private planned: readonly PlannedFile[] = [];

  get files(): readonly PlannedFile[] {
    return this.planned;
  }

  /** Whether something is said of the point already. */
  speaksOf(point: PointName): boolean {
    const changes = this.files.flatMap((file) => file.changes);
    return [...this.left, ...changes].some((each) => each.point === point);
  }

  leave(point: PointName, where: string | null, { code, message, remedy }: Refusal): void {
    const [place, reason] = [where && printable(where, 300), printable(message, 500)];
    const isTold = this.left.some((each) => each.point === point && each.where === place && each.reason === reason);
    if (!isTold) this.left.push({ code, point, where: place, reason, remedy });
  }

  /** The text of a file as it will be; each character is a byte of it, so that nothing is lost of what is no text. */
  async textOf({ node, path }: FoundFile): Promise<string> {
    const planned = node instanceof ExtFile ? this.planFor(node) : undefined;
    if (planned) return planned.content.toString('latin1');
    if (node.size > LONGEST)
      throw new Refusal('too_much', 'The file is longer than files of settings are', 'Change it by hand.');
    return (await readingFrom(path, () => node.read(0, node.size))).toString('latin1');
  }

  /** A file is to have another text. */
  change(found: FoundFile, text: string, change: Omit<Change, 'path'>): void {
    const { node, path } = found;
    if (!(node instanceof ExtFile)) {
      const reason = 'Files are changed on ext2, ext3 and ext4, and this one is on another file system';
      this.leave(change.point, path, new Refusal('file_system', reason, 'Change it by hand before the image is made.'));
      return;
    }
    const before = this.planFor(node);
    const changes = [...(before?.changes ?? []), { ...change, path }];
    const planned = { file: node, content: Buffer.from(text, 'latin1'), changes };
    this.planned = [...this.planned.filter((each) => each !== before), planned];
  }

  private planFor({ system, number }: ExtFile): PlannedFile | undefined {
    return this.planned.find(({ file }) => file.system === system && file.number === number);
  }
}
