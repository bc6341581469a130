import type { PhaseContext, Progress } from './job-phases.ts';

/** Bytes of the work that is done before a part of it, and that is left when that part is done. */
export interface OtherWork {
  readonly before: bigint;
  readonly after: bigint;
}

/** A phase that does a part of the work sees its context as if it did all; what it tells of its progress is told as that of all. */
export function partOfTheWork<Input, Data>(
  context: PhaseContext<Input, Data>,
  { before, after }: OtherWork,
): PhaseContext<Input, Data> {
  const overall = ({ bytes_done, bytes_total }: Progress): Progress => ({
    bytes_done: before + bytes_done,
    ...(bytes_total !== undefined && { bytes_total: before + bytes_total + after }),
  });
  return {
    ...context,
    get data() {
      return context.data;
    },
    progress: (progress) => {
      context.progress(overall(progress));
    },
  };
}
