import { StringDecoder } from 'node:string_decoder';
import type { BootFault } from '@imago/contracts';
import { BEGINNINGS, FAULTS, FIRMWARE, KERNEL, PROMPTS, PROOFS } from './boot-signs.ts';
import { excerptOf, plainText, tailOf } from './serial-text.ts';

/** Characters of a line that are looked at; a guest that never ends one must not cost more and more. */
const LONGEST_LINE = 1024;

/** Characters of raw output beyond which the tail is cut; some of them are control sequences. */
const KEPT_OUTPUT = 16_384;

/** Longest control sequence that may be cut in two between two reads. */
const LONGEST_SEQUENCE = 300;

/** What a guest has written to its serial console so far, and what that says. */
export class SerialEvidence {
  /** The line that proves that the system came up. */
  proof: string | null = null;
  /** The line with which its init began. */
  beginning: string | null = null;
  /** The first line after which nothing more is to be expected. */
  fault: { readonly code: BootFault; readonly line: string } | null = null;
  /** Whether the kernel was heard. */
  hasKernel = false;
  /** How often a firmware began. */
  starts = 0;
  readonly #decoder = new StringDecoder('utf8');
  #output = '';
  #line = '';
  #open = '';

  /** The end of all of it, as text that does nothing to a screen or a log. */
  get log(): string {
    return tailOf(plainText(this.#output));
  }

  /** Heeds the next bytes, in the order in which they were written. */
  add(bytes: Buffer): void {
    const text = this.#decoder.write(bytes);
    this.#output = (this.#output + text).slice(-KEPT_OUTPUT);
    const [ready, open] = splitOpenSequence(this.#open + text);
    this.#open = open;
    const lines = (this.#line + plainText(ready)).split('\n');
    this.#line = (lines.pop() ?? '').slice(-LONGEST_LINE);
    for (const line of lines) this.#heed(line.slice(0, LONGEST_LINE));
    if (PROMPTS.some((prompt) => prompt.test(this.#line.trim()))) this.#heed(this.#line);
  }

  #heed(line: string): void {
    const text = line.trim();
    if (text === '') return;
    if (KERNEL.test(text)) this.hasKernel = true;
    if (FIRMWARE.test(text)) this.starts += 1;
    if (this.proof === null && PROOFS.some((pattern) => pattern.test(text))) this.proof = excerptOf(text);
    if (this.beginning === null && BEGINNINGS.some((pattern) => pattern.test(text))) this.beginning = excerptOf(text);
    if (this.fault !== null) return;
    const found = FAULTS.find(({ pattern }) => pattern.test(withoutTime(text)));
    if (found !== undefined) this.fault = { code: found.code, line: excerptOf(text) };
  }
}

/** A line of the kernel's log begins with a time; what it says comes after that. */
function withoutTime(line: string): string {
  return line.replace(/^\[ *\d+\.\d+\] /, '');
}

/** A control sequence at the very end may go on with the next read. */
function splitOpenSequence(text: string): [ready: string, open: string] {
  const at = text.lastIndexOf('\u001b');
  if (at === -1 || text.length - at > LONGEST_SEQUENCE) return [text, ''];
  const rest = text.slice(at);
  const isWhole = /^\u001b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\u0007\u001b]*\u0007|[ -/]*[0-OQ-WYZ\\`-~])/.test(rest);
  return isWhole ? [text, ''] : [text.slice(0, at), rest];
}
