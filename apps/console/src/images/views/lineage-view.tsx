import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { answered } from '../../gateway/gateway.ts';
import { useGateway } from '../../gateway/use-gateway.ts';
import { useImageWords } from '../../language/image.ts';
import type { Image } from '../image.ts';
import { type LineNode, lineOf } from './line-of.ts';
import { NotThereYet } from './not-there-yet.tsx';

/** Where an image comes from, as a line of what it was made of: a list to who hears it, a graph to who sees it. */
export function LineageView({ image }: { readonly image: Image }) {
  const { lineage: words } = useImageWords();
  const { api, region } = useGateway();
  const { data, error } = useQuery({
    queryKey: ['images', region, 'lineage', image.id],
    queryFn: ({ signal }) =>
      answered(api.GET('/v1/images/{image_id}/lineage', { params: { path: { image_id: image.id } }, signal })),
  });
  if (data === undefined) return <NotThereYet error={error} text={words.alone} />;
  const line = lineOf(data, image.source_uri);
  return (
    <>
      <p>{line.length === 1 ? words.alone : words.lead}</p>
      <ol className="lineage" aria-label={words.label}>
        {line.map((node, place) => (
          <LineItem key={place} node={node} isLast={place === line.length - 1} />
        ))}
      </ol>
      {data.layers > 1 && <p className="fine">{words.layers(data.layers)}</p>}
    </>
  );
}

function LineItem({ node, isLast }: { readonly node: LineNode; readonly isLast: boolean }) {
  const { lineage: words } = useImageWords();
  const { kind, id, name, by } = node;
  const shown = name ?? words.hidden;
  return (
    <li>
      {by !== null && (
        <span className="line-edge">
          <span>{words.edges[by]}</span>
          <svg viewBox="0 0 56 12" width="56" height="12" aria-hidden="true">
            <path d="M0 6h50M45 1l6 5-6 5" fill="none" stroke="currentColor" strokeWidth="1.5" />
          </svg>
        </span>
      )}
      <span className="line-node" data-kind={kind} aria-current={isLast ? 'true' : undefined}>
        <span className="fine">{isLast ? words.here : words[kind]}</span>
        {id === null || isLast ? <strong>{shown}</strong> : <Link href={`/${kind}s/${id}`}>{shown}</Link>}
      </span>
    </li>
  );
}
