import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Table } from 'antd';
import { useMemo, useState } from 'react';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { useImagesWords } from '../language/images.ts';
import { useSpeech } from '../language/language.ts';
import { Pager, usePager } from '../paging/pager.tsx';
import { ProblemAlert } from '../problem/problem-alert.tsx';
import { useSession } from '../session/use-session.ts';
import { ImageDialog, type OpenDialog } from './image-dialog.tsx';
import { imageColumns } from './image-columns.tsx';
import type { Image } from './image.ts';
import { ImagesEmpty } from './images-empty.tsx';
import { type ImageListQuery, pageQuery } from './list-query.ts';

interface ImageListProps {
  readonly query: ImageListQuery;
}

/** One list of images, a page at a time: the gateway does the searching and the sorting. */
export function ImageList({ query }: ImageListProps) {
  const words = useImagesWords();
  const { language } = useSpeech();
  const session = useSession();
  const { api, region } = useGateway();
  const pager = usePager(JSON.stringify([region, query]));
  const [dialog, setDialog] = useState<OpenDialog | null>(null);
  const asked = pageQuery(query, pager.marker, session);
  const { data, error, isPending, isPlaceholderData, refetch } = useQuery({
    queryKey: ['images', region, 'list', asked],
    queryFn: ({ signal }) => answered(api.GET('/v1/images', { params: { query: asked }, signal })),
    placeholderData: keepPreviousData,
  });
  const columns = useMemo(
    () => imageColumns({ words, language, tab: query.tab, session, onAction: setDialog }),
    [words, language, query.tab, session],
  );
  const images = data?.images ?? [];
  return (
    <>
      {error !== null && <ProblemAlert error={error} onAgain={() => void refetch()} />}
      <div
        className="scroll"
        tabIndex={0}
        role="region"
        aria-label={words.tabs[query.tab]}
        aria-busy={isPlaceholderData}
      >
        <Table<Image>
          className="images"
          rowKey="id"
          size="middle"
          loading={isPending || isPlaceholderData}
          dataSource={[...images]}
          columns={columns}
          pagination={false}
          locale={{ emptyText: isPending ? ' ' : <ImagesEmpty query={query} /> }}
          onRow={({ id, status }) => ({ 'data-image': id, 'data-state': status }) as object}
        />
      </div>
      {(images.length > 0 || pager.page > 1) && (
        <Pager
          pager={pager}
          last={images.at(-1)?.id}
          hasNext={data?.next !== undefined}
          label={words.tabs[query.tab]}
        />
      )}
      {dialog !== null && (
        <ImageDialog
          {...dialog}
          onClose={() => {
            setDialog(null);
          }}
        />
      )}
    </>
  );
}
