import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BOOT_MARKER } from './guest.ts';

export interface BootOptions {
  readonly disk: string;
  readonly format: 'raw' | 'qcow2';
  /** Path of the program. */
  readonly qemuSystem: string;
  /** Milliseconds until it is given up. Emulation is slow, and slower on a busy machine. Default 120,000. */
  readonly timeout?: number;
}

/**
 * Boots a demo disk in an emulated machine (the CPU in software, so that it runs wherever node does), waits for the
 * line on its serial port, presses the power button, and returns once the guest has switched itself off. Writes to the
 * disk. Answers which boot of this disk it was.
 * @throws Error with the end of the serial output when the time is over.
 */
export async function bootDisk({ disk, format, qemuSystem, timeout = 120_000 }: BootOptions): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'imago-boot-'));
  const monitor = join(directory, 'qmp');
  const machine = ['-accel', 'tcg', '-cpu', 'max', '-m', '256', '-display', 'none', '-nic', 'none', '-no-reboot'];
  const ports = ['-serial', 'stdio', '-qmp', `unix:${monitor},server=on,wait=off`];
  const drive = ['-drive', `file=${disk},format=${format},if=virtio`];
  const qemu = spawn(qemuSystem, [...machine, ...ports, ...drive], { stdio: ['ignore', 'pipe', 'pipe'] });
  const deadline = setTimeout(() => qemu.kill('SIGKILL'), timeout);
  let output = '';
  let boots: number | undefined;
  qemu.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  qemu.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    if (boots !== undefined) return;
    const count = new RegExp(`${BOOT_MARKER} (\\d+)\\r?\\n`).exec(output)?.[1];
    if (count === undefined) return;
    boots = Number(count);
    pressPowerButton(monitor);
  });
  try {
    const [code] = (await once(qemu, 'close')) as [number | null];
    if (boots !== undefined && code === 0) return boots;
    throw new Error(`The disk ${boots === undefined ? 'did not boot' : 'did not shut down'}:\n${output.slice(-2000)}`);
  } finally {
    clearTimeout(deadline);
    await rm(directory, { recursive: true, force: true });
  }
}

function pressPowerButton(monitor: string): void {
  const socket = connect(monitor);
  socket.on('error', () => undefined).resume(); // then the guest stays on until the deadline, and that is reported
  for (const execute of ['qmp_capabilities', 'system_powerdown']) socket.write(`${JSON.stringify({ execute })}\n`);
}
