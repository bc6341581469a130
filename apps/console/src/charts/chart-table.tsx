import { useWords } from '../language/language.ts';
import type { BarData } from './bar-option.ts';

/** The figures of a chart, one line for each category, when somebody asks for them. */
export function ChartTable({ title, data }: { readonly title: string; readonly data: BarData }) {
  const { chart: words } = useWords();
  const { categories, series, format } = data;
  return (
    <details>
      <summary className="fine">{words.asTable}</summary>
      <div className="scroll" tabIndex={0} role="region" aria-label={title}>
        <table className="figures">
          <caption className="for-readers">{title}</caption>
          <thead>
            <tr>
              <td />
              {series.map(({ name }) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {categories.map((category, place) => (
              <tr key={category}>
                <th scope="row">{category}</th>
                {series.map(({ name, values }) => (
                  <td key={name}>{format(values[place] ?? 0)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
