import { Tabs } from 'antd';
import { useSearchParams } from 'wouter';
import { useImagesWords } from '../language/images.ts';
import { PageHead } from '../shell/page-head.tsx';
import { IMAGE_TABS } from './image.ts';
import { ImageList } from './image-list.tsx';

/** 镜像服务: the images somebody may use, as three lists. */
export function ImagesPage() {
  const words = useImagesWords();
  const [search, setSearch] = useSearchParams();
  const tab = IMAGE_TABS.find((each) => each === search.get('tab')) ?? 'private';
  return (
    <>
      <PageHead title={words.title} />
      <section className="panel">
        <Tabs
          aria-label={words.tabsLabel}
          activeKey={tab}
          onChange={(key) => {
            setSearch({ tab: key });
          }}
          items={IMAGE_TABS.map((key) => ({
            key,
            label: words.tabs[key],
            children: key === tab && <ImageList tab={key} />,
          }))}
        />
      </section>
    </>
  );
}
