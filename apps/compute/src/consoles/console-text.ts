/** Control characters a terminal needs to show a console: tab, line feed, carriage return, backspace, bell, escape. */
const KEPT = new Set([0x09, 0x0a, 0x0d, 0x08, 0x07, 0x1b]);

/** Bytes a UTF-8 character may have behind its first. */
const MOST_CONTINUATION = 3;

/** Console output as text. What is no text is shown as U+FFFD; a character cut in two at the beginning is left out. */
export function consoleText(bytes: Buffer): string {
  let start = 0;
  while (start < MOST_CONTINUATION && start < bytes.length && ((bytes[start] ?? 0) & 0xc0) === 0x80) start++;
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(start));
  return text.replaceAll(/[\u0000-\u001f\u007f]/g, (each) => (KEPT.has(each.charCodeAt(0)) ? each : '\ufffd'));
}
