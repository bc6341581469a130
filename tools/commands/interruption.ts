/** The command was asked to end. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** Milliseconds between two looks at whether npm still runs. */
const LOOK = 1_000;
/** Milliseconds within which a second signal is the first one again: npm passes a Ctrl-C on that we get as well. */
const ECHO = 500;

/**
 * Aborts at Ctrl-C, SIGTERM, when the terminal closes or when the npm that runs the command is killed, so that the
 * command can end in order. Whoever asks a second time gets an end at once; the kernel then stops the children, and the
 * next start takes over what they leave.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  let first = 0;
  for (const asked of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(asked, () => {
      if (!controller.signal.aborted) first = performance.now();
      else if (performance.now() - first > ECHO) process.exit(1);
      controller.abort(new Interrupted(`stopped by ${asked}`));
    });
  }
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent || process.env['npm_lifecycle_event'] === undefined) return;
    clearInterval(watch);
    controller.abort(new Interrupted('npm is gone'));
  }, LOOK);
  watch.unref();
  return controller.signal;
}
