import { useMemo } from 'react';
import type { BarData } from '../charts/bar-option.ts';
import { Chart } from '../charts/chart.tsx';
import { bytesFor } from '../jobs/job-figures.ts';
import { useSpeech } from '../language/language.ts';
import { useOperatorWords } from '../language/operator.ts';
import type { StorageReport } from './operations.ts';

/** What takes up the store: by who sees it, and by whose it is. */
export function StorageCharts({ storage }: { readonly storage: StorageReport }) {
  const { language } = useSpeech();
  const { publishing, operations } = useOperatorWords();
  const { charts: words } = operations;
  const { visibilities } = publishing;
  const visibility = useMemo(
    () =>
      bytesOf(
        storage.by_visibility.map(({ visibility: name, deleted, bytes }) => ({
          name: deleted ? `${visibilities[name]} (${words.deleted})` : visibilities[name],
          bytes,
        })),
        words.stored,
        language,
      ),
    [storage, visibilities, words, language],
  );
  const projects = useMemo(
    () =>
      bytesOf(
        storage.by_project.map(({ project_id: name, bytes }) => ({ name, bytes })),
        words.stored,
        language,
      ),
    [storage, words, language],
  );
  return (
    <>
      <Chart title={words.visibility} data={visibility} />
      <Chart title={words.projects} data={projects} />
    </>
  );
}

interface Stored {
  readonly name: string;
  readonly bytes: string;
}

function bytesOf(parts: readonly Stored[], name: string, language: string): BarData {
  return {
    categories: parts.map((part) => part.name),
    series: [{ name, values: parts.map(({ bytes }) => Number(bytes)) }],
    format: (value) => bytesFor(language, String(Math.round(value))),
    lying: true,
  };
}
