import { describe, expect, it } from 'vitest';
import { isAtLogin, plainLines } from './console-text.ts';

describe('what a guest writes', () => {
  it.each([
    ['\u001b[1;32mOK\u001b[0m booted\r\n', 'OK booted\n'],
    ['\u001b]0;a title\u0007text', 'text'],
    ['\u001bc\u001b[2J\u001b[Hclean', 'clean'],
    ['a\u0000b\u0007c\tд 你好', 'abc\tд 你好'],
    ['<b>no mark-up</b>', '<b>no mark-up</b>'],
    ['cut off \u001b[', 'cut off '],
  ])('%j is read as %j', (output, lines) => {
    expect(plainLines(output)).toBe(lines);
  });

  it('shows that one can log in', () => {
    expect(isAtLogin('Debian GNU/Linux 12 web ttyS0\n\nweb login: ')).toBe(true);
    expect(isAtLogin('starting logind')).toBe(false);
  });
});
