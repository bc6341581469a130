import { Table, type TableColumnsType } from 'antd';
import { Link } from 'wouter';
import { useAccountWords } from '../language/account.ts';
import { useSpeech } from '../language/language.ts';
import type { Grouping, UsageLine } from './usage.ts';
import { usageTime } from './usage-time.ts';

interface UsageTableProps {
  readonly by: Grouping;
  readonly lines: readonly UsageLine[];
  readonly loading: boolean;
  readonly nameOf: (id: string) => string;
}

/** Usage in figures. */
export function UsageTable({ by, lines, loading, nameOf }: UsageTableProps) {
  const { usage: words } = useAccountWords();
  const { language } = useSpeech();
  const { columns } = words;
  const of: TableColumnsType<UsageLine> =
    by === 'image'
      ? [
          {
            key: 'image',
            title: columns.image,
            render: (_, { image_id: image }) =>
              image !== null && <Link href={`/images/${image}`}>{nameOf(image)}</Link>,
          },
        ]
      : [
          { key: 'from', title: columns.from, render: (_, { from }) => usageTime(language, by, from) },
          { key: 'images', title: columns.images, align: 'end', render: (_, { images }) => images },
        ];
  return (
    <Table<UsageLine>
      rowKey={({ from, image_id: image }) => `${from ?? ''} ${image ?? ''}`}
      size="small"
      loading={loading}
      dataSource={[...lines]}
      pagination={{ pageSize: 24, hideOnSinglePage: true, showSizeChanger: false }}
      locale={{ emptyText: words.empty }}
      columns={[
        ...of,
        {
          key: 'gib',
          title: columns.gibHours,
          align: 'end',
          render: (_, { gib_hours: amount }) => Number(amount).toLocaleString(language, { maximumFractionDigits: 6 }),
        },
        {
          key: 'bytes',
          title: columns.bytes,
          align: 'end',
          render: (_, { byte_hours: amount }) => BigInt(amount).toLocaleString(language),
        },
      ]}
    />
  );
}
