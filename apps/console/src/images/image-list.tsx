import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Table } from 'antd';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { useImagesWords } from '../language/images.ts';
import { useSpeech } from '../language/language.ts';
import { ProblemAlert } from '../problem/problem-alert.tsx';
import type { Image, ImageTab } from './image.ts';

/** One list of images, as the gateway answers it. */
export function ImageList({ tab }: { readonly tab: ImageTab }) {
  const words = useImagesWords();
  const { language } = useSpeech();
  const { api, region } = useGateway();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['images', region, 'list', tab],
    queryFn: ({ signal }) => answered(api.GET('/v2/images', { params: { query: { visibility: tab } }, signal })),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      {error !== null && <ProblemAlert error={error} onAgain={() => void refetch()} />}
      <Table<Image>
        rowKey="id"
        size="middle"
        loading={isPending}
        dataSource={data?.images}
        pagination={false}
        scroll={{ x: 'max-content' }}
        locale={{ emptyText: words.empty[tab] }}
        columns={[
          { key: 'name', title: words.columns.name, render: (_, { name }) => name ?? words.unnamed },
          { key: 'status', title: words.columns.status, render: (_, { status }) => words.status[status] },
          {
            key: 'system',
            title: words.columns.system,
            render: (_, { os_distro, os_version }) =>
              [os_distro, os_version].filter(Boolean).join(' ') || words.unknown,
          },
          { key: 'disk', title: words.columns.disk, render: (_, { min_disk }) => words.gib(min_disk) },
          {
            key: 'updated',
            title: words.columns.updated,
            render: (_, { updated_at }) => new Date(updated_at).toLocaleString(language),
          },
        ]}
      />
    </>
  );
}
