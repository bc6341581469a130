import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { useAction } from '../actions/use-action.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { useAccountWords } from '../language/account.ts';
import { useSpeech } from '../language/language.ts';
import { ProblemAlert } from '../problem/problem-alert.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { saveFile } from './save-file.ts';
import { monthSoFar, readUsage, totalOf, type UsageWish } from './usage.ts';
import { UsageChart } from './usage-chart.tsx';
import { usageCsv } from './usage-csv.ts';
import { UsageForm } from './usage-form.tsx';
import { UsageTable } from './usage-table.tsx';
import { useImageNames } from './use-image-names.ts';

/** 用量: what the project is charged for, as a picture, in figures, and to take along. */
export function UsagePage() {
  const { usage: words } = useAccountWords();
  const { language } = useSpeech();
  const gateway = useGateway();
  const [wish, setWish] = useState<UsageWish>(() => ({ by: 'day', ...monthSoFar(new Date()) }));
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['usage', gateway.region, wish],
    queryFn: async ({ signal }) => ({ wish, ...(await readUsage(gateway, wish, signal)) }),
    placeholderData: keepPreviousData,
  });
  const lines = data?.lines ?? [];
  const nameOf = useImageNames(lines.flatMap(({ image_id: image }) => (image === null ? [] : [image])));
  const saving = useAction({
    act: () => usageCsv(gateway, wish, AbortSignal.timeout(120_000)),
    areas: [],
    done: (table) => {
      saveFile(`usage-${gateway.region}-${wish.from}-${wish.to}-${wish.by}.csv`, 'text/csv', table);
    },
  });
  return (
    <>
      <PageHead title={words.title} lead={words.lead}>
        <Button
          loading={saving.isPending}
          onClick={() => {
            saving.mutate();
          }}
        >
          {words.csv}
        </Button>
      </PageHead>
      {saving.isError && <ProblemAlert error={saving.error} />}
      {error !== null && <ProblemAlert error={error} onAgain={() => void refetch()} />}
      <section className="panel" aria-label={words.title}>
        <UsageForm wish={wish} onWish={setWish} />
        {data !== undefined && (
          <>
            <p role="status">
              {words.total(totalOf(lines).toLocaleString(language, { maximumFractionDigits: 3 }))}
              {data.more && ` · ${words.more}`}
            </p>
            <UsageChart wish={data.wish} lines={lines} nameOf={nameOf} />
          </>
        )}
        <UsageTable by={data?.wish.by ?? wish.by} lines={lines} loading={isFetching} nameOf={nameOf} />
      </section>
    </>
  );
}
