import { useMemo } from 'react';
import type { BarData } from '../charts/bar-option.ts';
import { Chart } from '../charts/chart.tsx';
import { bytesFor } from '../jobs/job-figures.ts';
import { type Language, useSpeech } from '../language/language.ts';
import { useOperatorWords } from '../language/operator.ts';
import type { Words } from '../language/words.zh.ts';
import { type JobReport, lastHours } from './operations.ts';

interface JobChartsProps {
  readonly jobs: JobReport;
  /** When it was told. */
  readonly asOf: string;
}

/** Jobs that are open by state, what failed by its reason, and what was done in each hour. */
export function JobCharts({ jobs, asOf }: JobChartsProps) {
  const { words, language } = useSpeech();
  const { charts } = useOperatorWords().operations;
  const { jobs: jobWords } = words;
  const open = useMemo(() => openBars(jobs, jobWords, language), [jobs, jobWords, language]);
  const failures = useMemo(() => failureBars(jobs, charts.count, language), [jobs, charts, language]);
  const done = useMemo(
    () => hourBars({ jobs, asOf, what: 'jobs' }, jobWords, language),
    [jobs, asOf, jobWords, language],
  );
  const bytes = useMemo(
    () => hourBars({ jobs, asOf, what: 'bytes' }, jobWords, language),
    [jobs, asOf, jobWords, language],
  );
  return (
    <>
      <Chart title={charts.open} data={open} />
      <Chart title={charts.failures} data={failures} />
      <Chart title={charts.jobs} data={done} />
      <Chart title={charts.bytes} data={bytes} />
    </>
  );
}

function openBars({ open }: JobReport, words: Words['jobs'], language: Language): BarData {
  const types = [...new Set(open.map(({ type }) => type))];
  const states = [...new Set(open.map(({ state }) => state))];
  const count = (type: string, state: string): number =>
    open.find((each) => each.type === type && each.state === state)?.jobs ?? 0;
  return {
    categories: types.map((type) => words.type[type]),
    series: states.map((state) => ({
      name: words.state[state],
      values: types.map((type) => count(type, state)),
    })),
    format: (value) => value.toLocaleString(language),
    whole: true,
    lying: true,
  };
}

/** Reasons that have a bar. */
const REASONS = 10;

function failureBars({ ended }: JobReport, name: string, language: Language): BarData {
  const reasons = new Map<string, number>();
  for (const { state, code, jobs } of ended)
    if (state === 'failed') reasons.set(code ?? '–', (reasons.get(code ?? '–') ?? 0) + jobs);
  const most = [...reasons].sort(([, one], [, other]) => other - one).slice(0, REASONS);
  return {
    categories: most.map(([code]) => code),
    series: [{ name, values: most.map(([, jobs]) => jobs) }],
    format: (value) => value.toLocaleString(language),
    whole: true,
    lying: true,
  };
}

interface Done extends JobChartsProps {
  readonly what: 'jobs' | 'bytes';
}

function hourBars({ jobs: { throughput }, asOf, what }: Done, words: Words['jobs'], language: Language): BarData {
  const hours = lastHours(new Date(asOf));
  const types = [...new Set(throughput.map(({ type }) => type))];
  const of = (hour: string, type: string): number =>
    Number(throughput.find((each) => each.hour === hour && each.type === type)?.[what] ?? 0);
  return {
    categories: hours.map((hour) =>
      new Date(hour).toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit' }),
    ),
    series: types.map((type) => ({ name: words.type[type], values: hours.map((hour) => of(hour, type)) })),
    whole: what === 'jobs',
    format: (value) =>
      what === 'bytes' ? bytesFor(language, String(Math.round(value))) : value.toLocaleString(language),
  };
}
