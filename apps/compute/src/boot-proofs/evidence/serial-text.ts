import { SERIAL_LOG_LENGTH } from '@imago/contracts';

/** What a terminal would obey and a person never sees: control sequences, operating system commands, lone escapes. */
const SEQUENCES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\u0007\u001b]{0,256}(?:\u0007|\u001b\\)?|[ -/]*[0-~])/g;

/** C0 without tab and line feed, DEL, C1, the line separators and the bidirectional overrides. */
const HARMFUL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/**
 * Console output as lines of text that do nothing to a screen or a log, whatever the guest wrote. What is no text is
 * shown as U+FFFD.
 */
export function plainText(output: string): string {
  return output
    .replaceAll(SEQUENCES, '')
    .replaceAll(/\r+\n/g, '\n')
    .replaceAll('\r', '\n')
    .replaceAll(HARMFUL, '\ufffd')
    .toWellFormed();
}

/** The end of plain text, as much of it as is kept; cut between characters. */
export function tailOf(text: string): string {
  return text.slice(-SERIAL_LOG_LENGTH).replace(/^[\udc00-\udfff]/, '');
}

/** So much of a line as is told, without the blanks around it. */
export function excerptOf(line: string, length = 200): string {
  return line.trim().slice(0, length).toWellFormed();
}
