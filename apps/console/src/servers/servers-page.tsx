import { useQueryClient } from '@tanstack/react-query';
import { Button, Input, Select } from 'antd';
import { Link, useSearchParams } from 'wouter';
import { useServersWords } from '../language/servers.ts';
import { PageHead } from '../shell/page-head.tsx';
import { SERVER_STATUSES } from './server.ts';
import { ServerList } from './server-list.tsx';

/** 云主机: the servers of the project in this region. */
export function ServersPage() {
  const words = useServersWords();
  const queries = useQueryClient();
  const [search, setSearch] = useSearchParams();
  const status = SERVER_STATUSES.find((each) => each === search.get('status')) ?? null;
  const name = search.get('name') ?? '';
  const narrow = (changes: Readonly<Record<string, string | null>>): void => {
    const wanted = { status, name, ...changes };
    setSearch(Object.fromEntries(Object.entries(wanted).filter((each): each is [string, string] => Boolean(each[1]))));
  };
  return (
    <>
      <PageHead title={words.title}>
        <Button onClick={() => void queries.invalidateQueries({ queryKey: ['servers'] })}>{words.refresh}</Button>
        <Link href="/servers/new" className="call">
          {words.order}
        </Link>
      </PageHead>
      <section className="panel" aria-label={words.title}>
        <div className="list-filters">
          <Select
            aria-label={words.filter.status}
            value={status ?? ''}
            onChange={(value) => {
              narrow({ status: value });
            }}
            options={[
              { value: '', label: words.filter.any },
              ...SERVER_STATUSES.map((value) => ({ value, label: words.status[value] })),
            ]}
          />
          <Input.Search
            key={name}
            aria-label={words.filter.name}
            placeholder={words.filter.name}
            defaultValue={name}
            allowClear
            enterButton={words.filter.search}
            onSearch={(value) => {
              narrow({ name: value.trim() });
            }}
          />
        </div>
        <ServerList key={`${status ?? ''} ${name}`} status={status} name={name} />
      </section>
    </>
  );
}
