import type { components } from '../../gateway/openapi.ts';
import { useImagesWords } from '../../language/images.ts';
import { useWords } from '../../language/language.ts';

interface ShareResultsProps {
  readonly results: components['schemas']['SharedImage']['results'];
  /** What is said of a project with which it was done. */
  readonly done: string;
}

/** What became of each project: done, or why not and what to do. */
export function ShareResults({ results, done }: ShareResultsProps) {
  const { share: words } = useImagesWords();
  const { problem } = useWords();
  return (
    <section className="results" role="status" aria-label={words.results}>
      <ul>
        {results.map(({ project_id: project, error }, place) => (
          <li key={`${project} ${String(place)}`} data-result={error === null ? 'done' : error.code}>
            <code>{project}</code> {error === null ? `✓ ${done}` : `✗ ${error.message}`}
            {error !== null && (
              <div className="fine">
                {problem.remedy}: {error.remedy} · {problem.code}: <code>{error.code}</code>
              </div>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
