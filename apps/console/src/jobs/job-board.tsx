import { Tabs } from 'antd';
import { useAddress } from '../address/address.ts';
import { useWords } from '../language/language.ts';
import { JobList } from './job-list.tsx';
import { JOB_STATES } from './job-states.ts';

/** Milliseconds between two looks when no event says that something has changed: filters keep events away. */
const LOOK = 5_000;

/** The jobs of all projects in the region, the newest first. */
export function JobBoard() {
  const { jobs: words } = useWords();
  const { address, go } = useAddress();
  const state = JOB_STATES.find((each) => each === address.state) ?? null;
  return (
    <section className="panel" aria-labelledby="jobs-title">
      <h2 id="jobs-title">{words.title}</h2>
      <Tabs
        aria-label={words.states}
        activeKey={state ?? 'all'}
        onChange={(key) => {
          go({ state: key === 'all' ? null : key });
        }}
        items={[
          { key: 'all', label: words.all },
          ...JOB_STATES.map((each) => ({ key: each, label: words.state[each] })),
        ].map((item) => ({
          ...item,
          children: item.key === (state ?? 'all') && <JobList key={item.key} state={state} look={LOOK} />,
        }))}
      />
    </section>
  );
}
