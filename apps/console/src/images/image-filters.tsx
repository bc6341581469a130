import { useQuery } from '@tanstack/react-query';
import { Button, Input, Select } from 'antd';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { useImagesWords } from '../language/images.ts';
import type { ImageStatus } from './image.ts';
import { FILTERS, type ImageListQuery, isFiltered } from './list-query.ts';

interface ImageFiltersProps {
  readonly query: ImageListQuery;
  readonly onChange: (changes: Partial<ImageListQuery>) => void;
}

const STATUSES: readonly ImageStatus[] = ['active', 'importing', 'saving', 'queued', 'deactivated', 'killed'];

/** Narrows and orders a list of images. */
export function ImageFilters({ query, onChange }: ImageFiltersProps) {
  const { filters: words, ...all } = useImagesWords();
  const { api } = useGateway();
  const { data } = useQuery({
    queryKey: ['operating-systems'],
    queryFn: ({ signal }) => answered(api.GET('/v1/operating-systems', { signal })),
    staleTime: Infinity,
  });
  const systems = data?.operating_systems ?? [];
  return (
    <form
      role="search"
      aria-label={words.label}
      className="image-filters"
      onSubmit={(event) => {
        event.preventDefault();
      }}
    >
      <Input.Search
        key={query.search}
        className="image-search"
        aria-label={words.search}
        placeholder={words.search}
        defaultValue={query.search}
        maxLength={255}
        allowClear
        onSearch={(search) => {
          onChange({ search: search.trim() });
        }}
      />
      <Select
        aria-label={words.status}
        value={query.status}
        onChange={(status) => {
          onChange({ status });
        }}
        options={[
          { value: '', label: words.anyStatus },
          ...STATUSES.map((value) => ({ value, label: all.status[value] })),
        ]}
        popupMatchSelectWidth={false}
      />
      <Select
        aria-label={words.system}
        value={query.system}
        onChange={(system) => {
          onChange({ system });
        }}
        options={[
          { value: '', label: words.anySystem },
          ...systems.map(({ os_distro, name }) => ({ value: os_distro, label: name })),
        ]}
        popupMatchSelectWidth={false}
      />
      <Select
        aria-label={words.sort}
        value={query.sort}
        onChange={(sort) => {
          onChange({ sort });
        }}
        options={Object.entries(all.sorts).map(([value, label]) => ({ value, label }))}
        popupMatchSelectWidth={false}
      />
      {isFiltered(query) && (
        <Button
          onClick={() => {
            onChange(Object.fromEntries(FILTERS.map((name) => [name, ''])));
          }}
        >
          {words.clear}
        </Button>
      )}
    </form>
  );
}
