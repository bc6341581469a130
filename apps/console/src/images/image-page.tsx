import { useQuery } from '@tanstack/react-query';
import { Tabs } from 'antd';
import type { ComponentType } from 'react';
import { Link, useLocation, useParams, useSearchParams } from 'wouter';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { useImageWords } from '../language/image.ts';
import { useImagesWords } from '../language/images.ts';
import { ProblemAlert } from '../problem/problem-alert.tsx';
import { useSession } from '../session/use-session.ts';
import { PageHead } from '../shell/page-head.tsx';
import { type Image, nameOf } from './image.ts';
import { ImageButtons } from './image-buttons.tsx';
import { BootView } from './views/boot-view.tsx';
import { EventsView } from './views/events-view.tsx';
import { FactsView } from './views/facts-view.tsx';
import { JobsView } from './views/jobs-view.tsx';
import { LineageView } from './views/lineage-view.tsx';
import { MembersView } from './views/members-view.tsx';
import { ReadinessView } from './views/readiness-view.tsx';
import { UsageView } from './views/usage-view.tsx';

type ViewName = keyof ReturnType<typeof useImageWords>['views'];

/** What is shown of an image; the first is what is shown when nothing is asked for. */
const VIEWS: Readonly<Record<ViewName, ComponentType<{ readonly image: Image }>>> = {
  facts: FactsView,
  readiness: ReadinessView,
  boot: BootView,
  lineage: LineageView,
  members: MembersView,
  jobs: JobsView,
  events: EventsView,
  usage: UsageView,
};
/** Those that are its owner's business. */
const OWNERS: ReadonlySet<ViewName> = new Set(['readiness', 'boot', 'lineage', 'members', 'usage']);

/** All of one image, and what can be done with it. */
export function ImagePage() {
  const words = useImagesWords();
  const page = useImageWords();
  const { api, region } = useGateway();
  const { id } = useParams<{ id: string }>();
  const [, go] = useLocation();
  const { data: image, error } = useQuery({
    queryKey: ['images', region, 'one', id],
    queryFn: ({ signal }) => answered(api.GET('/v2/images/{image_id}', { params: { path: { image_id: id } }, signal })),
  });
  const back = <Link href="/images">{page.back}</Link>;
  if (image === undefined)
    return (
      <>
        <PageHead title={words.title} lead={back} />
        {error !== null && <ProblemAlert error={error} />}
      </>
    );
  return (
    <>
      <PageHead title={nameOf(image, words)} lead={back}>
        <ImageButtons
          image={image}
          onGone={() => {
            go('/images');
          }}
        />
      </PageHead>
      {error !== null && <ProblemAlert error={error} />}
      <section className="panel">
        <ImageViews image={image} />
      </section>
    </>
  );
}

function ImageViews({ image }: { readonly image: Image }) {
  const { views: words, viewsLabel } = useImageWords();
  const { project_id: project } = useSession();
  const [search, setSearch] = useSearchParams();
  const names = (Object.keys(VIEWS) as ViewName[]).filter((name) => image.owner === project || !OWNERS.has(name));
  const chosen = names.find((name) => name === search.get('view')) ?? 'facts';
  return (
    <Tabs
      aria-label={viewsLabel}
      activeKey={chosen}
      onChange={(view) => {
        setSearch({ view }, { replace: true });
      }}
      items={names.map((name) => {
        const View = VIEWS[name];
        return { key: name, label: words[name], children: name === chosen && <View image={image} /> };
      })}
    />
  );
}
