import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const MIB = 2 ** 20;

/** The most memory a process has had resident since it started, MiB, as the kernel remembers it. */
export function peakResidentMib(pid: number): number {
  return kib(readFileSync(`/proc/${pid}/status`, 'utf8'), 'VmHWM') / 1024;
}

/** Bytes a process has had written to disks, in MiB; sockets and pipes do not count. */
export function writtenMib(pid: number): number {
  const line = /^write_bytes: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'));
  return Number(line?.[1] ?? 0) / MIB;
}

/** Regular files a process holds open that are not programs, libraries or devices. */
export function openFiles(pid: number): string[] {
  const names = readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return ''; // closed meanwhile
    }
  });
  return names.filter((name) => name.startsWith('/') && !name.startsWith('/dev/') && !name.startsWith('/proc/'));
}

/** The processes whose command line contains a text. */
export function processesRunning(text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').includes(text);
      } catch {
        return false; // gone meanwhile
      }
    });
}

function kib(status: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? Number.NaN);
}
