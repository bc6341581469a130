import { Link } from 'wouter';
import { useWords } from '../language/language.ts';
import { PageHead } from './page-head.tsx';

/** For an address that leads nowhere, or where one may not go. */
export function NotFoundPage({ home }: { readonly home: string }) {
  const { notFound: words } = useWords();
  return (
    <>
      <PageHead title={words.title} lead={words.lead} />
      <p>
        <Link href={home}>{words.home}</Link>
      </p>
    </>
  );
}
