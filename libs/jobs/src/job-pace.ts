/** How often and how long, in milliseconds. */
export interface JobPace {
  /** Between two heartbeats: renewal of the lease, a look for a cancel, progress written and published. */
  readonly beat: number;
  /** Between two looks into the table without a wake: the net under `wake`. */
  readonly poll: number;
  /** Before the second try; doubled with each one, up to a minute. */
  readonly retry: number;
  /** How long a phase that was told to stop may take to do so. */
  readonly grace: number;
}

/** The pace of a real service; tests are in more of a hurry. */
export const JOB_PACE: JobPace = { beat: 1000, poll: 1000, retry: 1000, grace: 5000 };
