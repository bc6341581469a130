import { Tabs } from 'antd';
import { useSearchParams } from 'wouter';
import { useInboxWords } from '../language/inbox.ts';
import { useSession } from '../session/use-session.ts';
import { PageHead } from '../shell/page-head.tsx';
import { INBOX_TABS } from './inbox-tabs.ts';
import { ShareList } from './share-list.tsx';

/** What others share with the project, and what it says to it. */
export function InboxPage() {
  const words = useInboxWords();
  const session = useSession();
  const [search, setSearch] = useSearchParams();
  const tab = INBOX_TABS.find((each) => each === search.get('status')) ?? 'pending';
  return (
    <>
      <PageHead title={words.title} lead={words.lead} />
      <section className="panel">
        <Tabs
          aria-label={words.tabsLabel}
          activeKey={tab}
          onChange={(status) => {
            setSearch({ status });
          }}
          items={INBOX_TABS.map((key) => ({
            key,
            label: words.tabs[key],
            children: key === tab && <ShareList tab={key} />,
          }))}
        />
        <p className="fine">{words.projectId(session.project_id)}</p>
      </section>
    </>
  );
}
