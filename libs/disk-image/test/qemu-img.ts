import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PACKAGE_CACHE, provideQemuImg, runCommand } from '@imago/infra';

/** The oracle: what qemu makes of a disk, in a directory of its own. */
export class QemuImg {
  readonly directory: string;
  private readonly program: string;

  private constructor(directory: string, program: string) {
    this.directory = directory;
    this.program = program;
  }

  static async open(): Promise<QemuImg> {
    const cache = { directory: PACKAGE_CACHE, signal: AbortSignal.timeout(110_000), report: () => undefined };
    const program = await provideQemuImg({ cache, forcePrivate: false });
    return new QemuImg(await mkdtemp(join(tmpdir(), 'disk-image-')), program);
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  async file(name: string, content: Buffer): Promise<string> {
    await writeFile(this.path(name), content);
    return this.path(name);
  }

  /** One run; arguments are separated by spaces, files are names in the directory. */
  run(command: string): Promise<string> {
    return runCommand(this.program, command.split(' '), { cwd: this.directory, timeout: 60_000 });
  }

  /** One command of qemu-io on a file. */
  io(file: string, command: string, format = 'qcow2'): Promise<string> {
    const program = join(this.program, '..', 'qemu-io');
    return runCommand(program, ['-f', format, '-c', command, file], { cwd: this.directory, timeout: 60_000 });
  }

  async close(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}
