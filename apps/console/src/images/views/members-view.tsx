import { useQuery } from '@tanstack/react-query';
import { Table, Tag } from 'antd';
import { answered } from '../../gateway/gateway.ts';
import { useGateway } from '../../gateway/use-gateway.ts';
import { timeFor } from '../../jobs/job-figures.ts';
import { useImageWords } from '../../language/image.ts';
import { useImagesWords } from '../../language/images.ts';
import { useSpeech } from '../../language/language.ts';
import type { Image } from '../image.ts';
import { MEMBER_COLOURS } from '../sharing/member-colours.ts';
import { NotThereYet } from './not-there-yet.tsx';

/** With whom an image is shared and what they said. */
export function MembersView({ image }: { readonly image: Image }) {
  const { members: words } = useImageWords();
  const { share } = useImagesWords();
  const { language } = useSpeech();
  const { api, region } = useGateway();
  const { data, error } = useQuery({
    queryKey: ['shares', region, 'of', image.id],
    queryFn: ({ signal }) =>
      answered(api.GET('/v1/images/{image_id}/shares', { params: { path: { image_id: image.id } }, signal })),
  });
  if (data === undefined) return <NotThereYet error={error} text={words.none} />;
  return (
    <>
      {data.quota !== null && <p>{words.quota(data.quota.used, data.quota.limit)}</p>}
      <Table
        rowKey="project_id"
        size="small"
        pagination={false}
        dataSource={[...data.shares]}
        locale={{ emptyText: words.none }}
        columns={[
          { key: 'project', title: words.columns.project, render: (_, { project_id: id }) => <code>{id}</code> },
          {
            key: 'status',
            title: words.columns.status,
            render: (_, { status }) => <Tag color={MEMBER_COLOURS[status]}>{share.member[status]}</Tag>,
          },
          {
            key: 'updated',
            title: words.columns.updated,
            render: (_, { updated_at: at }) => <time dateTime={at}>{timeFor(language, at)}</time>,
          },
        ]}
      />
    </>
  );
}
