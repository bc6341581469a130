import { Tabs } from 'antd';
import { Link, useSearchParams } from 'wouter';
import { useImagesWords } from '../language/images.ts';
import { PageHead } from '../shell/page-head.tsx';
import { IMAGE_TABS, type ImageTab } from './image.ts';
import { ImageFilters } from './image-filters.tsx';
import { ImageList } from './image-list.tsx';
import { type ImageListQuery, readListQuery, writeListQuery } from './list-query.ts';

/** 镜像服务: the images somebody may use, as three lists. */
export function ImagesPage() {
  const words = useImagesWords();
  const [search, setSearch] = useSearchParams();
  const query = readListQuery(search);
  const change = (changes: Partial<ImageListQuery>): void => {
    setSearch((before) => writeListQuery({ ...readListQuery(before), ...changes }));
  };
  return (
    <>
      <PageHead title={words.title} lead={words.lead}>
        <Link href="/images/new" className="call">
          {words.create}
        </Link>
      </PageHead>
      <section className="panel">
        <Tabs
          aria-label={words.tabsLabel}
          activeKey={query.tab}
          onChange={(tab) => {
            change({ tab: tab as ImageTab });
          }}
          items={IMAGE_TABS.map((key) => ({
            key,
            label: words.tabs[key],
            children: key === query.tab && (
              <>
                <ImageFilters query={query} onChange={change} />
                <ImageList query={query} />
              </>
            ),
          }))}
        />
      </section>
    </>
  );
}
