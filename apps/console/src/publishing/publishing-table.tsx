import { Button, Table, Tag } from 'antd';
import { Link } from 'wouter';
import type { Image } from '../images/image.ts';
import { timeFor } from '../jobs/job-figures.ts';
import { useSpeech } from '../language/language.ts';
import { useOperatorWords } from '../language/operator.ts';
import { PublishButton } from './publish-button.tsx';

interface PublishingTableProps {
  readonly images: readonly Image[];
  readonly loading: boolean;
  readonly onReview: (image: Image) => void;
}

/** Each image with what an operator may do with it. */
export function PublishingTable({ images, loading, onReview }: PublishingTableProps) {
  const { publishing: words } = useOperatorWords();
  const { language } = useSpeech();
  const { columns } = words;
  return (
    <Table<Image>
      rowKey="id"
      size="small"
      loading={loading}
      dataSource={[...images]}
      pagination={false}
      scroll={{ x: 'max-content' }}
      locale={{ emptyText: words.empty }}
      onRow={({ id }) => ({ 'data-image': id }) as object}
      columns={[
        {
          key: 'name',
          title: columns.name,
          render: (_, { id, name }) => (
            <>
              <Link href={`/images/${id}`}>{name ?? words.unnamed}</Link>
              <div className="fine">
                <code>{id}</code>
              </div>
            </>
          ),
        },
        { key: 'owner', title: columns.owner, render: (_, { owner }) => <code className="fine">{owner}</code> },
        {
          key: 'system',
          title: columns.system,
          render: (_, { os_distro: distro, os_version: version }) => [distro, version].filter(Boolean).join(' ') || '–',
        },
        {
          key: 'visibility',
          title: columns.visibility,
          render: (_, { visibility }) => (
            <Tag color={visibility === 'public' ? 'success' : 'default'}>{words.visibilities[visibility]}</Tag>
          ),
        },
        {
          key: 'created',
          title: columns.created,
          render: (_, { created_at: created }) => <time dateTime={created}>{timeFor(language, created)}</time>,
        },
        {
          key: 'act',
          title: columns.act,
          render: (_, image) => (
            <div className="row-actions">
              <Button
                size="small"
                onClick={() => {
                  onReview(image);
                }}
              >
                {words.review}
              </Button>
              <PublishButton image={image} />
            </div>
          ),
        },
      ]}
    />
  );
}
