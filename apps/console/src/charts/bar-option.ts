import type { GlobalToken } from 'antd';
import type { EChartsCoreOption } from 'echarts/core';

/** Bars: for each category one value of each series. */
export interface BarData {
  readonly categories: readonly string[];
  readonly series: readonly { readonly name: string; readonly values: readonly number[] }[];
  /** What a value is called. */
  readonly format: (value: number) => string;
  /** There are no halves of what is counted. */
  readonly whole?: boolean;
  /** Bars lie, with their names beside them: for names that are long. */
  readonly lying?: boolean;
}

/** Each readable on its ground, and none told from its neighbour by red and green alone. */
const LIGHT = ['#0b5cad', '#b25e09', '#531dab', '#237804', '#a8071a', '#006d75', '#9e1068', '#595959'];
const DARK = ['#6aa9f2', '#e8b339', '#b37feb', '#6abe39', '#f37370', '#36cfc9', '#f759ab', '#bfbfbf'];

type Colours = Pick<GlobalToken, 'colorText' | 'colorBorder' | 'colorBgElevated'>;

/** The bars as ECharts wants them, in the colours of the page. */
export function barOption(
  { categories, series, format, whole = false, lying = false }: BarData,
  colours: Colours,
  dark: boolean,
) {
  const text = { color: colours.colorText };
  const names = {
    type: 'category',
    data: categories,
    inverse: lying,
    axisLabel: { ...text, ...(lying ? { width: 150, overflow: 'truncate' } : {}) },
    axisLine: { lineStyle: { color: colours.colorBorder } },
    axisTick: { show: false },
  };
  const values = {
    type: 'value',
    axisLabel: { ...text, formatter: format, hideOverlap: true },
    ...(whole ? { minInterval: 1 } : {}),
    splitLine: { lineStyle: { color: colours.colorBorder, opacity: 0.6 } },
    splitNumber: lying ? 3 : 4,
  };
  return {
    animation: false,
    color: dark ? DARK : LIGHT,
    textStyle: { fontFamily: 'inherit' },
    grid: { left: 8, right: 24, top: series.length > 1 ? 36 : 12, bottom: 8, containLabel: true },
    // Drawn on the canvas: the page's policy lets no styles in that are written into the document.
    tooltip: {
      trigger: 'axis',
      renderMode: 'richText',
      axisPointer: { type: 'shadow' },
      valueFormatter: (value: unknown) => format(Number(value)),
      backgroundColor: colours.colorBgElevated,
      borderColor: colours.colorBorder,
      textStyle: text,
    },
    ...(series.length > 1 ? { legend: { top: 0, textStyle: text, itemHeight: 10 } } : {}),
    xAxis: lying ? values : names,
    yAxis: lying ? names : values,
    series: series.map(({ name, values: data }) => ({ type: 'bar', name, data, stack: 'all', barMaxWidth: 28 })),
  } satisfies EChartsCoreOption;
}
