import { describe, expect, it } from 'vitest';
import { consoleText } from './console-text.ts';

describe('console output as text', () => {
  it('is what was written, colours and line ends too', () => {
    expect(consoleText(Buffer.from('\u001b[1mlogin:\u001b[0m 你好\r\n\t>'))).toBe(
      '\u001b[1mlogin:\u001b[0m 你好\r\n\t>',
    );
  });

  it('shows what is no text as such', () => {
    expect(consoleText(Buffer.from([0x61, 0x00, 0xff, 0x7f, 0x62]))).toBe('a\ufffd\ufffd\ufffdb');
  });

  it('leaves out the rest of a character that was cut in two, and no more than that', () => {
    const whole = Buffer.from('好a');
    expect(consoleText(whole.subarray(1))).toBe('a');
    expect(consoleText(Buffer.from([0x80, 0x80, 0x80, 0x80, 0x61]))).toBe('\ufffda');
  });
});
