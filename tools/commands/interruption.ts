/** The command was asked to end. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly asked: NodeJS.Signals;

  constructor(asked: NodeJS.Signals) {
    super(`Stopped by ${asked}.`);
    this.asked = asked;
  }
}

/**
 * Aborts at Ctrl-C, SIGTERM or when the terminal closes, so that the command can end in order. Whoever asks a second
 * time gets an end at once; the kernel then stops the children, and the next start takes over what they leave.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const asked of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(asked, () => {
      if (controller.signal.aborted) process.exit(1);
      controller.abort(new Interrupted(asked));
    });
  }
  return controller.signal;
}
