import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Table } from 'antd';
import { answered } from '../../gateway/gateway.ts';
import { useGateway } from '../../gateway/use-gateway.ts';
import { timeFor } from '../../jobs/job-figures.ts';
import { useImageWords } from '../../language/image.ts';
import { useSpeech } from '../../language/language.ts';
import { Pager, usePager } from '../../paging/pager.tsx';
import type { Image } from '../image.ts';
import { NotThereYet } from './not-there-yet.tsx';

/** What happened to an image, in the order it happened. */
export function EventsView({ image }: { readonly image: Image }) {
  const { events: words, views } = useImageWords();
  const { language } = useSpeech();
  const { api, region } = useGateway();
  const pager = usePager(image.id);
  const { marker } = pager;
  const { data, error } = useQuery({
    queryKey: ['events', region, 'of', image.id, marker],
    queryFn: ({ signal }) => {
      const query = { limit: '20', ...(marker === null ? {} : { marker }) };
      return answered(
        api.GET('/v1/images/{image_id}/events', { params: { path: { image_id: image.id }, query }, signal }),
      );
    },
    placeholderData: keepPreviousData,
  });
  if (data === undefined) return <NotThereYet error={error} text={words.none} />;
  const next = data.next === undefined ? null : new URLSearchParams(data.next.replace(/^.*\?/, '')).get('marker');
  return (
    <>
      <Table
        rowKey="id"
        size="small"
        pagination={false}
        dataSource={[...data.events]}
        locale={{ emptyText: words.none }}
        columns={[
          {
            key: 'time',
            title: words.columns.time,
            render: (_, { time }) => <time dateTime={time}>{timeFor(language, time)}</time>,
          },
          { key: 'type', title: words.columns.type, render: (_, { type }) => <code>{type}</code> },
          { key: 'actor', title: words.columns.actor, render: (_, { actor }) => actor ?? words.system },
        ]}
      />
      <Pager pager={pager} last={next ?? undefined} hasNext={next !== null} label={views.events} />
    </>
  );
}
