import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSearchParams } from 'wouter';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { useOperatorWords } from '../language/operator.ts';
import { Pager, usePager } from '../paging/pager.tsx';
import { ProblemAlert } from '../problem/problem-alert.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { PublishingFilters } from './publishing-filters.tsx';
import { type ImageFilter, readFilter, writeFilter } from './image-filter.ts';
import { PublishingTable } from './publishing-table.tsx';
import { ReviewDrawer } from './review-drawer.tsx';
import type { Image } from '../images/image.ts';

const PAGE = 20;

/** 发布与审核: the images of all projects; operators look at them and make some everybody's. */
export function PublishingPage() {
  const { publishing: words } = useOperatorWords();
  const { api, region } = useGateway();
  const [search, setSearch] = useSearchParams();
  const filter = readFilter(search);
  const pager = usePager(search.toString());
  const [reviewed, setReviewed] = useState<Image | null>(null);
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['images', region, 'publishing', filter, pager.marker],
    queryFn: ({ signal }) =>
      answered(api.GET('/v2/images', { params: { query: imagesQuery(filter, pager.marker) }, signal })),
    placeholderData: keepPreviousData,
  });
  const images = data?.images ?? [];
  return (
    <>
      <PageHead title={words.title} lead={words.lead} />
      <section className="panel" aria-label={words.title}>
        <PublishingFilters
          key={search.toString()}
          filter={filter}
          onFilter={(wanted) => {
            setSearch(writeFilter(wanted));
          }}
        />
        {error !== null && <ProblemAlert error={error} onAgain={() => void refetch()} />}
        <PublishingTable images={images} loading={isPending} onReview={setReviewed} />
        <Pager pager={pager} last={images.at(-1)?.id} hasNext={data?.next !== undefined} label={words.title} />
      </section>
      <ReviewDrawer
        image={reviewed}
        onClose={() => {
          setReviewed(null);
        }}
      />
    </>
  );
}

function imagesQuery({ name, owner, visibility }: ImageFilter, marker: string | null) {
  return {
    ...{ status: 'active', visibility, limit: String(PAGE) },
    ...(name === '' ? {} : { name }),
    ...(owner === '' ? {} : { owner }),
    ...(marker === null ? {} : { marker }),
  };
}
