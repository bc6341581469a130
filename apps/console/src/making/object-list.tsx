import { useInfiniteQuery } from '@tanstack/react-query';
import { Button, Table } from 'antd';
import { answered } from '../gateway/gateway.ts';
import type { components } from '../gateway/openapi.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { bytesFor, timeFor } from '../jobs/job-figures.ts';
import { useSpeech } from '../language/language.ts';
import { useMakingWords } from '../language/making.ts';
import { ProblemAlert } from '../problem/problem-alert.tsx';

interface ObjectListProps {
  readonly bucket: string;
  readonly prefix: string;
  readonly onPick: (address: string) => void;
}

type BucketObject = components['schemas']['BucketObjects']['objects'][number];

/** The objects of a bucket whose names begin alike, page by page. */
export function ObjectList({ bucket, prefix, onPick }: ObjectListProps) {
  const { objects: words } = useMakingWords();
  const { language } = useSpeech();
  const { data, error, isPending, hasNextPage, fetchNextPage, isFetchingNextPage, refetch } = useObjects(
    bucket,
    prefix,
  );
  if (error !== null) return <ProblemAlert error={error} onAgain={() => void refetch()} />;
  return (
    <>
      <Table<BucketObject>
        rowKey="object"
        size="small"
        loading={isPending}
        dataSource={data?.pages.flatMap((page) => page.objects)}
        pagination={false}
        scroll={{ y: 320 }}
        locale={{ emptyText: words.empty }}
        columns={[
          { key: 'object', title: words.object, render: (_, { object }) => <span className="anywhere">{object}</span> },
          { key: 'size', title: words.size, width: 110, render: (_, { size }) => bytesFor(language, size) },
          {
            key: 'modified',
            title: words.modified,
            width: 180,
            render: (_, { last_modified }) => timeFor(language, last_modified),
          },
          {
            key: 'take',
            title: '',
            width: 90,
            render: (_, { object }) => (
              <Button
                size="small"
                aria-label={words.takeNamed(object)}
                onClick={() => {
                  onPick(`s3://${bucket}/${object}`);
                }}
              >
                {words.take}
              </Button>
            ),
          },
        ]}
      />
      {hasNextPage && (
        <Button size="small" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {words.more}
        </Button>
      )}
    </>
  );
}

function useObjects(bucket: string, prefix: string) {
  const { api, region } = useGateway();
  return useInfiniteQuery({
    queryKey: ['buckets', region, bucket, prefix],
    queryFn: ({ signal, pageParam }) => {
      const query = {
        limit: '50',
        ...(prefix === '' ? {} : { prefix }),
        ...(pageParam === null ? {} : { marker: pageParam }),
      };
      return answered(api.GET('/v1/buckets/{bucket}/objects', { params: { path: { bucket }, query }, signal }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ next, objects }) => (next === undefined ? null : (objects.at(-1)?.object ?? null)),
  });
}
