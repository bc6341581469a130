import type { ReadinessStatus } from '@imago/contracts';
import { useQuery } from '@tanstack/react-query';
import { Table, Tag } from 'antd';
import { answered } from '../../gateway/gateway.ts';
import { useGateway } from '../../gateway/use-gateway.ts';
import { timeFor } from '../../jobs/job-figures.ts';
import { useImageWords } from '../../language/image.ts';
import { useSpeech } from '../../language/language.ts';
import type { Image } from '../image.ts';
import { NotThereYet } from './not-there-yet.tsx';

const COLOURS: Readonly<Record<ReadinessStatus, string>> = {
  ok: 'success',
  warning: 'warning',
  problem: 'error',
  unknown: 'default',
};

/** Whether servers of the image will work, point by point. */
export function ReadinessView({ image }: { readonly image: Image }) {
  const { readiness: words } = useImageWords();
  const { language } = useSpeech();
  const { api, region } = useGateway();
  const { data, error } = useQuery({
    queryKey: ['images', region, 'readiness', image.id],
    queryFn: ({ signal }) =>
      answered(api.GET('/v1/images/{image_id}/readiness', { params: { path: { image_id: image.id } }, signal })),
  });
  if (data === undefined) return <NotThereYet error={error} text={words.none} />;
  return (
    <>
      <p>
        {words.lead} <Tag color={COLOURS[data.status]}>{words.status[data.status]}</Tag>
        <span className="fine">{words.examined(timeFor(language, data.examined_at))}</span>
      </p>
      <Table
        rowKey="point"
        size="small"
        pagination={false}
        dataSource={[...data.points]}
        columns={[
          {
            key: 'point',
            width: 160,
            title: words.columns.point,
            render: (_, { point }) => words.points[point] ?? point,
          },
          {
            key: 'status',
            title: words.columns.status,
            render: (_, { status }) => <Tag color={COLOURS[status]}>{words.status[status]}</Tag>,
          },
          {
            key: 'seen',
            title: words.columns.seen,
            render: (_, { seen, where }) => (
              <>
                {seen}
                {where !== null && (
                  <div className="fine">
                    <code>{where}</code>
                  </div>
                )}
              </>
            ),
          },
          { key: 'remedy', title: words.columns.remedy, render: (_, { remedy }) => remedy ?? '' },
        ]}
      />
    </>
  );
}
