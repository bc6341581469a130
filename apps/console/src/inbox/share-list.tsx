import type { ShareRecord } from '@imago/contracts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Table } from 'antd';
import { Link } from 'wouter';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { timeFor } from '../jobs/job-figures.ts';
import { useInboxWords } from '../language/inbox.ts';
import { useSpeech } from '../language/language.ts';
import { Pager, usePager } from '../paging/pager.tsx';
import { ProblemAlert } from '../problem/problem-alert.tsx';
import { useAnswer } from './use-answer.ts';
import type { InboxTab } from './inbox-tabs.ts';
import { ShareAnswers } from './share-answers.tsx';

/** Shares of one state, the newest change first. */
export function ShareList({ tab }: { readonly tab: InboxTab }) {
  const words = useInboxWords();
  const { language } = useSpeech();
  const { api, region } = useGateway();
  const pager = usePager(tab);
  const { marker } = pager;
  const answering = useAnswer();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['shares', region, 'inbox', tab, marker],
    queryFn: ({ signal }) => {
      const query = { status: tab, limit: '20', ...(marker === null ? {} : { marker }) };
      return answered(api.GET('/v1/shares', { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
  const shares = data?.shares ?? [];
  const next = data?.next === undefined ? null : new URLSearchParams(data.next.replace(/^.*\?/, '')).get('marker');
  return (
    <>
      {error !== null && <ProblemAlert error={error} onAgain={() => void refetch()} />}
      {answering.isError && <ProblemAlert error={answering.error} />}
      <Table<ShareRecord>
        rowKey="image_id"
        size="middle"
        loading={isPending}
        dataSource={[...shares]}
        pagination={false}
        locale={{ emptyText: isPending ? ' ' : <p className="empty">{words.empty[tab]}</p> }}
        onRow={({ image_id: image, status }) => ({ 'data-share': image, 'data-status': status }) as object}
        columns={[
          {
            key: 'image',
            title: words.columns.image,
            render: (_, share) =>
              share.ended === null ? (
                <Link href={`/images/${share.image_id}`}>{share.image_name ?? words.unnamed}</Link>
              ) : (
                <>
                  {share.image_name ?? words.unnamed} <span className="fine">{words.ended[share.ended.reason]}</span>
                </>
              ),
          },
          { key: 'owner', title: words.columns.owner, render: (_, { owner }) => <code>{owner}</code> },
          {
            key: 'updated',
            title: words.columns.updated,
            render: (_, { updated_at: at }) => <time dateTime={at}>{timeFor(language, at)}</time>,
          },
          ...(tab === 'ended'
            ? []
            : [
                {
                  key: 'actions',
                  title: words.columns.actions,
                  render: (_: unknown, share: ShareRecord) => <ShareAnswers share={share} answering={answering} />,
                },
              ]),
        ]}
      />
      {(shares.length > 0 || pager.page > 1) && (
        <Pager pager={pager} last={next ?? undefined} hasNext={next !== null} label={words.tabs[tab]} />
      )}
    </>
  );
}
