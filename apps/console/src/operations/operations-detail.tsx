import { useOperatorWords } from '../language/operator.ts';
import { JobCharts } from './job-charts.tsx';
import { told } from './operations.ts';
import { QueueChart } from './queue-chart.tsx';
import { ServiceTable } from './service-table.tsx';
import { StorageCharts } from './storage-charts.tsx';
import { useOperations } from './use-operations.ts';

/** The same as pictures, and each service by itself. What could not be told is left out; the services say why. */
export function OperationsDetail() {
  const { operations: words } = useOperatorWords();
  const { data } = useOperations();
  if (data === undefined) return null;
  const jobs = told(data.jobs);
  const queues = told(data.queues);
  const storage = told(data.storage);
  return (
    <>
      <section className="panel" aria-labelledby="charts-title">
        <h2 id="charts-title">{words.pictures}</h2>
        <div className="charts">
          {jobs !== null && <JobCharts jobs={jobs} asOf={data.as_of} />}
          {storage !== null && <StorageCharts storage={storage} />}
          {queues !== null && <QueueChart queues={queues} />}
        </div>
      </section>
      <section className="panel" aria-labelledby="services-title">
        <h2 id="services-title">{words.services}</h2>
        <ServiceTable services={data.services} queues={queues ?? []} />
      </section>
    </>
  );
}
