import { useMemo } from 'react';
import type { BarData } from '../charts/bar-option.ts';
import { Chart } from '../charts/chart.tsx';
import { useAccountWords } from '../language/account.ts';
import { useSpeech } from '../language/language.ts';
import type { UsageLine, UsageWish } from './usage.ts';
import { everyTime, usageTime } from './usage-time.ts';

interface UsageChartProps {
  /** What the lines are the answer to. */
  readonly wish: UsageWish;
  readonly lines: readonly UsageLine[];
  readonly nameOf: (id: string) => string;
}

/** Images that have a bar: those with the most. */
const IMAGES = 20;

/** Usage as bars, by time or by image. */
export function UsageChart({ wish, lines, nameOf }: UsageChartProps) {
  const { usage: words } = useAccountWords();
  const { language } = useSpeech();
  const { by } = wish;
  const bars = useMemo(
    () => (wish.by === 'image' ? byImage(lines, nameOf) : byTime({ ...wish, by: wish.by }, lines, language)),
    [wish, lines, nameOf, language],
  );
  const data = useMemo(
    (): BarData => ({
      categories: bars.map(({ name }) => name),
      series: [{ name: words.columns.gibHours, values: bars.map(({ amount }) => amount) }],
      format: (value) => words.gibHours(value.toLocaleString(language, { maximumSignificantDigits: 3 })),
      lying: by === 'image',
    }),
    [bars, by, language, words],
  );
  return (
    <>
      <Chart title={words.chart[by]} data={data} />
      {by === 'image' && bars.length < lines.length && <p className="fine">{words.largest(bars.length)}</p>}
    </>
  );
}

interface Bar {
  readonly name: string;
  readonly amount: number;
}

function byImage(lines: readonly UsageLine[], nameOf: UsageChartProps['nameOf']): readonly Bar[] {
  return lines
    .map(({ image_id: image, gib_hours: amount }) => ({ name: nameOf(image ?? ''), amount: Number(amount) }))
    .sort((one, other) => other.amount - one.amount)
    .slice(0, IMAGES);
}

function byTime(
  wish: UsageWish & { readonly by: 'hour' | 'day' },
  lines: readonly UsageLine[],
  language: string,
): readonly Bar[] {
  const amounts = new Map(lines.map(({ from, gib_hours: amount }) => [Date.parse(from ?? ''), Number(amount)]));
  return everyTime(wish.by, wish, new Date()).map((from) => ({
    name: usageTime(language, wish.by, from),
    amount: amounts.get(Date.parse(from)) ?? 0,
  }));
}
