import { useMutation, type UseMutationResult, useQueryClient } from '@tanstack/react-query';
import type { Area } from '../live/areas-of.ts';
import { useNotice } from './notices.ts';

interface ActionOptions<V, A> {
  readonly act: (wanted: V) => Promise<A>;
  /** What is asked for again when it is done. */
  readonly areas: readonly Area[];
  /** What is said when it is done. */
  readonly said?: (answer: A) => string;
  readonly done?: (answer: A) => void;
}

export type Action<V, A> = UseMutationResult<A, Error, V>;

/** Something that changes something. Show its `error` with a `ProblemAlert` beside what was pressed. */
export function useAction<V = void, A = unknown>({ act, areas, said, done }: ActionOptions<V, A>): Action<V, A> {
  const queries = useQueryClient();
  const say = useNotice();
  return useMutation({
    mutationFn: act,
    onSuccess: async (answer) => {
      await Promise.all(areas.map((area) => queries.invalidateQueries({ queryKey: [area] })));
      if (said !== undefined) say(said(answer));
      done?.(answer);
    },
  });
}
