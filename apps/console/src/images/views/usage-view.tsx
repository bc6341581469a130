import { useQuery } from '@tanstack/react-query';
import { Table } from 'antd';
import { useState } from 'react';
import { answered } from '../../gateway/gateway.ts';
import { useGateway } from '../../gateway/use-gateway.ts';
import { useImageWords } from '../../language/image.ts';
import { useSpeech } from '../../language/language.ts';
import type { Image } from '../image.ts';
import { NotThereYet } from './not-there-yet.tsx';

const DAY = 86_400_000;

/** What storing an image is charged for, day by day. */
export function UsageView({ image }: { readonly image: Image }) {
  const { usage: words } = useImageWords();
  const { language } = useSpeech();
  const { api, region } = useGateway();
  const [from] = useState(() => new Date(Math.floor(Date.now() / DAY) * DAY - 29 * DAY).toISOString());
  const { data, error } = useQuery({
    queryKey: ['usage', region, 'of', image.id, from],
    queryFn: ({ signal }) =>
      answered(
        api.GET('/v1/usage', { params: { query: { image_id: image.id, by: 'day', from, limit: '31' } }, signal }),
      ),
  });
  if (data === undefined) return <NotThereYet error={error} text={words.none} />;
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' });
  return (
    <>
      <p>{words.lead}</p>
      <Table
        rowKey="from"
        size="small"
        pagination={false}
        dataSource={[...data.usage].reverse()}
        locale={{ emptyText: words.none }}
        columns={[
          {
            key: 'day',
            title: words.columns.day,
            render: (_, { from: start }) => (start === null ? null : day.format(new Date(start))),
          },
          { key: 'hours', title: words.columns.hours, align: 'right', render: (_, { gib_hours: hours }) => hours },
        ]}
      />
    </>
  );
}
