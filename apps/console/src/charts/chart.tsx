import { theme } from 'antd';
import { lazy, Suspense, useMemo } from 'react';
import { useWords } from '../language/language.ts';
import { type BarData, barOption } from './bar-option.ts';
import { ChartTable } from './chart-table.tsx';

const ChartCanvas = lazy(() => import('./chart-canvas.tsx').then((it) => ({ default: it.ChartCanvas })));

interface ChartProps {
  readonly title: string;
  readonly data: BarData;
}

/** Bars under their title, and the same figures as a table for who would rather read them. */
export function Chart({ title, data }: ChartProps) {
  const { chart: words } = useWords();
  const { token } = theme.useToken();
  const { colorText, colorBorder, colorBgElevated, colorBgBase } = token;
  const option = useMemo(
    () => barOption(data, { colorText, colorBorder, colorBgElevated }, colorBgBase.startsWith('#0')),
    [data, colorText, colorBorder, colorBgElevated, colorBgBase],
  );
  const empty = data.series.every(({ values }) => values.every((value) => value === 0));
  return (
    <figure className="figure">
      <figcaption>{title}</figcaption>
      {empty ? (
        <p className="empty">{words.empty}</p>
      ) : (
        <>
          <Suspense fallback={<div className="chart" />}>
            <ChartCanvas option={option} label={words.of(title)} />
          </Suspense>
          <ChartTable title={title} data={data} />
        </>
      )}
    </figure>
  );
}
