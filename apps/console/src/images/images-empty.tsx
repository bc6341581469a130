import { Link } from 'wouter';
import { useImagesWords } from '../language/images.ts';
import { isFiltered, type ImageListQuery } from './list-query.ts';

/** Says why a list is empty and what to do about it. */
export function ImagesEmpty({ query }: { readonly query: ImageListQuery }) {
  const words = useImagesWords();
  if (isFiltered(query)) return <p className="empty">{words.empty.filtered}</p>;
  return (
    <div className="empty">
      <p>{words.empty[query.tab]}</p>
      {query.tab === 'private' && <Link href="/images/new">{words.create}</Link>}
      {query.tab === 'shared' && <Link href="/inbox">{words.toInbox}</Link>}
    </div>
  );
}
