import type { ByteRegion } from '../../disk/byte-region.ts';
import type { FileNode, FileSystem } from '../file-system.ts';
import { XfsFile } from './xfs-file.ts';
import { inodeAt, readXfsSuperBlock, type XfsSuperBlock } from './xfs-super-block.ts';

/** XFS of versions 4 and 5. Its log is not replayed: what only it has, is not seen. */
export class XfsFileSystem implements FileSystem {
  readonly type = 'xfs';
  readonly caseless = false;
  readonly region: ByteRegion;
  readonly said: XfsSuperBlock;

  private constructor(region: ByteRegion, said: XfsSuperBlock) {
    this.region = region;
    this.said = said;
  }

  static async open(region: ByteRegion): Promise<XfsFileSystem | null> {
    const said = await readXfsSuperBlock(region);
    return said && new XfsFileSystem(region, said);
  }

  get uuid(): string {
    return this.said.uuid;
  }

  get label(): string | null {
    return this.said.label;
  }

  root(): Promise<FileNode> {
    return this.file(this.said.rootInode);
  }

  async roots(): Promise<FileNode[]> {
    return [await this.root()];
  }

  async file(number: number): Promise<FileNode> {
    return new XfsFile(this, number, await this.region.read(inodeAt(this.said, number), this.said.inodeSize));
  }
}
