import { useMemo } from 'react';
import type { BarData } from '../charts/bar-option.ts';
import { Chart } from '../charts/chart.tsx';
import { useSpeech } from '../language/language.ts';
import { useOperatorWords } from '../language/operator.ts';
import type { QueueDepth } from './operations.ts';

/** Queues that have a bar: the longest. */
const QUEUES = 12;

/** The queues in which something waits. */
export function QueueChart({ queues }: { readonly queues: readonly QueueDepth[] }) {
  const { charts: words } = useOperatorWords().operations;
  const { language } = useSpeech();
  const data = useMemo((): BarData => {
    const waiting = queues
      .map(({ queue, messages }) => ({ queue, messages: messages ?? 0 }))
      .filter(({ messages }) => messages > 0)
      .sort((one, other) => other.messages - one.messages)
      .slice(0, QUEUES);
    return {
      categories: waiting.map(({ queue }) => queue),
      series: [{ name: words.messages, values: waiting.map(({ messages }) => messages) }],
      format: (value) => value.toLocaleString(language),
      whole: true,
      lying: true,
    };
  }, [queues, words, language]);
  return <Chart title={words.queues} data={data} />;
}
