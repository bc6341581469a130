import { Select, Tabs } from 'antd';
import { useSearchParams } from 'wouter';
import { useWords } from '../language/language.ts';
import { PageHead } from '../shell/page-head.tsx';
import { JobList } from './job-list.tsx';
import { JOB_STATES, JOB_TYPES } from './job-states.ts';

/** 任务: everything that takes long, whatever it is. */
export function JobsPage() {
  const { jobs: words, menu } = useWords();
  const [search, setSearch] = useSearchParams();
  const state = JOB_STATES.find((each) => each === search.get('state')) ?? null;
  const type = JOB_TYPES.find((each) => each === search.get('type')) ?? null;
  const show = (changed: Readonly<Record<string, string | null>>): void => {
    const wanted = Object.entries({ state, type, ...changed });
    setSearch(wanted.flatMap(([name, value]): [string, string][] => (value === null ? [] : [[name, value]])));
  };
  return (
    <>
      <PageHead title={menu.pages.jobs} lead={words.lead}>
        <Select
          aria-label={words.kind}
          value={type ?? 'all'}
          popupMatchSelectWidth={false}
          options={[
            { value: 'all', label: words.anyType },
            ...JOB_TYPES.map((value) => ({ value, label: words.type[value] })),
          ]}
          onChange={(chosen: string) => {
            show({ type: chosen === 'all' ? null : chosen });
          }}
        />
      </PageHead>
      <section className="panel" aria-label={menu.pages.jobs}>
        <Tabs
          aria-label={words.states}
          activeKey={state ?? 'all'}
          onChange={(key) => {
            show({ state: key === 'all' ? null : key });
          }}
          items={[
            { key: 'all', label: words.all },
            ...JOB_STATES.map((each) => ({ key: each, label: words.state[each] })),
          ].map((item) => ({
            ...item,
            children: item.key === (state ?? 'all') && <JobList state={state} type={type} />,
          }))}
        />
      </section>
    </>
  );
}
