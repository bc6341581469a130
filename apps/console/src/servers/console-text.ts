/** Escape sequences of terminals: colours, places, titles. */
// eslint-disable-next-line no-control-regex -- that is what they are made of
const SEQUENCES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[0-~])/g;
// eslint-disable-next-line no-control-regex -- what is left of them, without line ends and tabs
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f]/g;
/** What a system says when one can log in to it. */
const LOGIN = /(?:^|\n)[^\n]*\blogin:/;

/** What a guest wrote as plain lines: nothing of it is obeyed. */
export function plainLines(output: string): string {
  return output.replace(SEQUENCES, '').replace(/\r\n?/g, '\n').replace(CONTROLS, '');
}

/** Whether it shows that the system is up. */
export function isAtLogin(lines: string): boolean {
  return LOGIN.test(lines);
}
