import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Accelerator, BARE, processorArguments } from './machine-arguments.ts';

/** Writes one byte to the first serial port, and stops: `mov dx,0x3f8; mov al,'K'; out dx,al; cli; hlt; jmp $-1`. */
const PROGRAM = [0xba, 0xf8, 0x03, 0xb0, 0x4b, 0xee, 0xfa, 0xf4, 0xeb, 0xfd];
const SECTOR = 512;
/** Firmware does not boot from a disk that is smaller than its cache. */
const DISK_SIZE = 1 << 20;

const found = new Map<string, Promise<Accelerator>>();

/**
 * `kvm` where a machine has been seen to run with it. That /dev/kvm opens says little: in a machine that is virtual
 * itself, guests may abort or hang. Tried once for each qemu in the life of this process.
 */
export function findAccelerator(qemuSystem: string, patience: number): Promise<Accelerator> {
  const known = found.get(qemuSystem);
  if (known !== undefined) return known;
  const answer = tryKvm(qemuSystem, patience);
  found.set(qemuSystem, answer);
  return answer;
}

async function tryKvm(qemuSystem: string, patience: number): Promise<Accelerator> {
  const opens = await access('/dev/kvm', constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
  return opens && (await runsMachines(qemuSystem, { accelerator: 'kvm', patience })) ? 'kvm' : 'tcg';
}

/** Whether a machine runs its first instructions within `patience` milliseconds. Leaves no machine behind. */
export async function runsMachines(
  qemuSystem: string,
  { accelerator, patience }: { readonly accelerator: Accelerator; readonly patience: number },
): Promise<boolean> {
  const directory = await mkdtemp(join(tmpdir(), 'imago-probe-'));
  try {
    const disk = join(directory, 'disk');
    const sector = Buffer.alloc(SECTOR);
    sector.set(PROGRAM);
    sector.writeUInt16BE(0x55aa, SECTOR - 2);
    await writeFile(disk, sector);
    await truncate(disk, DISK_SIZE);
    const machine = [...BARE, '-machine', 'pc', '-m', '64', ...processorArguments(accelerator), '-serial', 'stdio'];
    const drive = ['-blockdev', JSON.stringify({ driver: 'file', 'node-name': 'disk', filename: disk })];
    return await speaks(qemuSystem, [...machine, ...drive, '-device', 'virtio-blk-pci,drive=disk'], patience);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function speaks(program: string, args: readonly string[], patience: number): Promise<boolean> {
  return new Promise((done) => {
    let spoke = false;
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: patience,
      killSignal: 'SIGKILL',
    });
    child.stdout.on('data', () => {
      spoke = true;
      child.kill('SIGKILL');
    });
    child.on('error', () => {
      done(false);
    });
    child.on('close', () => {
      done(spoke);
    });
  });
}
