import { Skeleton } from 'antd';
import { timeFor } from '../jobs/job-figures.ts';
import { useSpeech } from '../language/language.ts';
import { useOperatorWords } from '../language/operator.ts';
import { ProblemAlert } from '../problem/problem-alert.tsx';
import { told } from './operations.ts';
import { OperationsTiles } from './operations-tiles.tsx';
import { useOperations } from './use-operations.ts';

/** How the installation is doing, in the figures to look at first. */
export function OperationsPanel() {
  const { operations: words } = useOperatorWords();
  const { language } = useSpeech();
  const { data, error, isPending, refetch } = useOperations();
  return (
    <section className="panel" aria-labelledby="operations-title">
      <div className="panel-head">
        <h2 id="operations-title">{words.title}</h2>
        {data !== undefined && <span className="fine">{words.asOf(timeFor(language, data.as_of))}</span>}
      </div>
      {error !== null && <ProblemAlert error={error} onAgain={() => void refetch()} />}
      {isPending && <Skeleton active />}
      {data !== undefined && (
        <OperationsTiles
          services={data.services}
          jobs={told(data.jobs)}
          queues={told(data.queues)}
          storage={told(data.storage)}
        />
      )}
    </section>
  );
}
