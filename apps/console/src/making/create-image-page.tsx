import { Radio } from 'antd';
import { Link, useSearchParams } from 'wouter';
import { useMakingWords } from '../language/making.ts';
import { PageHead } from '../shell/page-head.tsx';
import { FromFile } from './from-file.tsx';
import { FromServer } from './from-server.tsx';
import { JobProgress } from './job-progress.tsx';

const SOURCES = ['server', 'file'] as const;

/** 创建私有镜像: from a stopped server, or from an image file; then how far it is. */
export function CreateImagePage() {
  const words = useMakingWords();
  const [search, setSearch] = useSearchParams();
  const source = SOURCES.find((each) => each === search.get('source')) ?? 'server';
  const job = search.get('job');
  const made = (id: string): void => {
    setSearch({ source, job: id });
  };
  return (
    <>
      <PageHead title={words.title}>
        <Link href="/images">{words.back}</Link>
      </PageHead>
      {job !== null ? (
        <JobProgress
          jobId={job}
          onAgain={() => {
            setSearch({ source });
          }}
        />
      ) : (
        <>
          <div className="panel making-source">
            <span id="making-source">{words.source}</span>
            <Radio.Group
              aria-labelledby="making-source"
              optionType="button"
              value={source}
              onChange={({ target }) => {
                setSearch({ source: target.value as string });
              }}
              options={SOURCES.map((value) => ({ value, label: words.sources[value] }))}
            />
          </div>
          {source === 'server' ? <FromServer onMade={made} /> : <FromFile onMade={made} />}
        </>
      )}
    </>
  );
}
