import { describe, expect, it } from 'vitest';
import { type BootMoment, type BootVerdict, judgeBoot } from './judge-boot.ts';
import { SerialEvidence } from './serial-evidence.ts';

const SEABIOS =
  '\u001bc\u001b[?7l\u001b[2J\u001b[0mSeaBIOS (version 1.16.2-debian-1.16.2-1)\r\nBooting from Hard Disk...\r\n';
const GRUB = '\u001b[H\u001b[J\u001b[1;1HGRUB loading.\r\nWelcome to GRUB!\r\n\r\n';
const KERNEL =
  '[    0.000000] Linux version 6.1.0-18-cloud-amd64 (debian-kernel@lists.debian.org)\r\n' +
  '[    0.000000] Command line: BOOT_IMAGE=/boot/vmlinuz root=UUID=1 ro console=ttyS0 systemd.unit=multi-user.target\r\n' +
  '[    2.101112] Run /init as init process\r\n';
const OK = '[\u001b[0;32m  OK  \u001b[0m] ';
const INITRAMFS =
  `[    2.5] systemd[1]: Running in initrd.\r\nWelcome to \u001b[0;34mRocky Linux 9.3 dracut-057-44.git20230822.el9 (Initramfs)\u001b[0m!\r\n` +
  `${OK}Reached target \u001b[0;1;39mLocal File Systems\u001b[0m.\r\n${OK}Reached target \u001b[0;1;39mBasic System\u001b[0m.\r\n`;

/** What is said of a log at the end of all patience, however it came in pieces. */
function judged(log: string, moment: Partial<BootMoment> = {}, piece = 7): BootVerdict | null {
  const evidence = new SerialEvidence();
  const bytes = Buffer.from(log);
  for (let at = 0; at < bytes.length; at += piece) evidence.add(bytes.subarray(at, at + piece));
  return judgeBoot(evidence, { seconds: 300, ended: null, patience: 300, settled: null, ...moment });
}

describe('a boot is proven by', () => {
  it.each([
    [
      'a login prompt',
      `${SEABIOS}${GRUB}${KERNEL}\r\nDebian GNU/Linux 12 web-1 ttyS0\r\n\r\nweb-1 login: `,
      'web-1 login:',
    ],
    [
      "systemd's target of many users",
      `${KERNEL}${OK}Reached target \u001b[0;1;39mmulti-user.target\u001b[0m - Multi-User System.\r\n`,
      '[  OK  ] Reached target multi-user.target - Multi-User System.',
    ],
    ['an older systemd', `${OK}Reached target Login Prompts.\n`, '[  OK  ] Reached target Login Prompts.'],
    [
      'cloud-init',
      `${KERNEL}[   12.345678] cloud-init[512]: Cloud-init v. 22.4.2 running 'init-local' at Mon, 01 Jan 2026 00:00:00 +0000.\r\n`,
      /^\[ {3}12\.345678\] cloud-init\[512\]: Cloud-init v\. 22\.4\.2 running/,
    ],
    ['the guest of the demo image', `${KERNEL}IMAGO DEMO boot 1\r\n`, 'IMAGO DEMO boot 1'],
    ['an init of old', `INIT: version 2.88 booting\r\nINIT: Entering runlevel: 3\r\n`, 'INIT: Entering runlevel: 3'],
    ['OpenWrt', `${KERNEL}\r\nPlease press Enter to activate this console.\r\n`, /^Please press Enter/],
    [
      'the greeting of the system itself',
      `${INITRAMFS}\r\nWelcome to \u001b[0;32mRocky Linux 9.3\u001b[0m!\r\n`,
      'Welcome to Rocky Linux 9.3!',
    ],
  ])('%s', (_what, log, evidence) => {
    const asSaid: unknown = evidence instanceof RegExp ? expect.stringMatching(evidence) : evidence;
    for (const piece of [1, 7, 100_000]) expect(judged(log, {}, piece)).toEqual({ status: 'proven', evidence: asSaid });
  });
});

describe('a boot is not proven when', () => {
  it.each([
    ['no_bootable_device', `${SEABIOS}Boot failed: not a bootable disk\r\n\r\nNo bootable device.\r\n`],
    [
      'no_bootable_device',
      'BdsDxe: failed to load Boot0001 "UEFI Misc Device": Not Found\r\nBdsDxe: No bootable option or device was found.\r\n',
    ],
    [
      'boot_loader_stopped',
      `${SEABIOS}GRUB loading.\r\nWelcome to GRUB!\r\n\r\nerror: no such partition.\r\nEntering rescue mode...\r\ngrub rescue> `,
    ],
    [
      'boot_loader_stopped',
      `${SEABIOS}${GRUB}   Minimal BASH-like line editing is supported. For the first word, TAB\r\ngrub> `,
    ],
    [
      'root_file_system_missing',
      `${KERNEL}[    1.9] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)\r\n`,
    ],
    ['root_file_system_missing', `${KERNEL}ALERT!  UUID=0b1d does not exist.  Dropping to a shell!\r\n(initramfs) `],
    ['kernel_panic', `${KERNEL}[    2.2] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100\r\n`],
    [
      'emergency_shell',
      `${KERNEL}Welcome to Debian GNU/Linux 12!\r\nYou are in emergency mode. After logging in, type "journalctl -xb"\r\n`,
    ],
    ['no_user_space', `${SEABIOS}${GRUB}${KERNEL}`],
    ['no_user_space', `${SEABIOS}${KERNEL}${INITRAMFS}`],
    ['silent', SEABIOS],
    ['silent', `${SEABIOS}${GRUB}`],
    ['silent', ''],
  ])('%s', (code, log) => {
    for (const piece of [1, 7, 100_000]) {
      const verdict = judged(log, {}, piece);
      expect(verdict).toMatchObject({ status: 'not_proven', code, remedy: expect.stringMatching(/\.$/) as string });
    }
  });

  it('its guest is off, or its machine, or it starts over and over', () => {
    expect(judged(KERNEL, { seconds: 4, ended: 'guest' })).toMatchObject({ code: 'guest_stopped' });
    expect(judged(KERNEL, { seconds: 4, ended: 'crashed' })).toMatchObject({ code: 'machine_ended' });
    expect(judged(SEABIOS.repeat(3))).toMatchObject({
      code: 'silent',
      seen: expect.stringContaining('over 2 times') as string,
    });
  });
});

describe('no verdict is given', () => {
  it('while the machine runs and time is left', () => {
    for (const log of ['', SEABIOS, `${SEABIOS}${KERNEL}${INITRAMFS}`])
      expect(judged(log, { seconds: 299 })).toBeNull();
  });

  it('on a greeting alone, until it is clear that nothing fails after it', () => {
    const log = `${KERNEL}Welcome to Debian GNU/Linux 12!\r\n`;
    expect(judged(log, { seconds: 10, settled: 19 })).toBeNull();
    expect(judged(log, { seconds: 30, settled: 20 })).toMatchObject({ status: 'proven' });
  });

  it('on a fault, until its last words are read', () => {
    const log = `${SEABIOS}No bootable device.\r\n`;
    expect(judged(log, { seconds: 3, settled: 0 })).toBeNull();
    expect(judged(log, { seconds: 4, settled: 1 })).toMatchObject({ status: 'not_proven' });
  });
});

describe('the log that is kept', () => {
  const logOf = (...pieces: readonly (string | Buffer)[]): string => {
    const evidence = new SerialEvidence();
    for (const piece of pieces) evidence.add(Buffer.from(piece));
    return evidence.log;
  };

  it('is the end, and does nothing to a screen or a log', () => {
    const hostile = '\u001b]0;title\u0007\u001b[2J\u0000\u0007\u0008\u202eevil\u2028\r\nnext\ttab\r\n';
    expect(logOf(hostile)).toBe('\ufffd\ufffd\ufffd\ufffdevil\ufffd\nnext\ttab\n');
    expect(logOf(Buffer.from([0x61, 0xff, 0xfe, 0xe4, 0xb8, 0x62]))).toMatch(/^a\ufffd+b$/);
    const cut = Buffer.from('镜');
    expect(logOf(cut.subarray(0, 1), cut.subarray(1))).toBe('镜');
  });

  it('is bounded, whatever is written, and so is a line', () => {
    const evidence = new SerialEvidence();
    for (let turn = 0; turn < 100; turn++) evidence.add(Buffer.alloc(65_536, 'x\u0001'));
    evidence.add(Buffer.from('\nthe end \u{1f600}'));
    expect(evidence.log.length).toBeLessThanOrEqual(4096);
    expect(evidence.log.endsWith('the end \u{1f600}')).toBe(true);
    expect(evidence.log.isWellFormed()).toBe(true);
  });
});
