import { Link } from 'wouter';
import { bytesFor } from '../jobs/job-figures.ts';
import { useSpeech } from '../language/language.ts';
import { useOperatorWords } from '../language/operator.ts';
import {
  type JobReport,
  type QueueDepth,
  type ShownService,
  type StorageReport,
  sumOfBytes,
  unconsumed,
  waitingIn,
} from './operations.ts';
import { Tile } from './tile.tsx';

interface OperationsTilesProps {
  readonly services: readonly ShownService[];
  readonly jobs: JobReport | null;
  readonly queues: readonly QueueDepth[] | null;
  readonly storage: StorageReport | null;
}

/** The figures to look at first; what somebody has to care for stands out. */
export function OperationsTiles({ services, jobs, queues, storage }: OperationsTilesProps) {
  return (
    <dl className="tiles">
      <ServiceTiles services={services} />
      {queues !== null && <QueueTiles queues={queues} />}
      {jobs !== null && <JobTiles jobs={jobs} />}
      {storage !== null && <StorageTile storage={storage} />}
    </dl>
  );
}

function ServiceTiles({ services }: Pick<OperationsTilesProps, 'services'>) {
  const { tiles: words } = useOperatorWords().operations;
  const { language } = useSpeech();
  const ready = services.filter(({ state }) => state === 'ready').length;
  const waiting = services.reduce((sum, { outbox }) => sum + (outbox?.unpublished ?? 0), 0);
  const oldest = Math.max(0, ...services.map(({ outbox }) => outbox?.oldest_seconds ?? 0));
  const silent = services.filter(({ state }) => state !== 'ready').map(({ service }) => service);
  return (
    <>
      <Tile
        name="services"
        label={words.services}
        value={`${ready}/${services.length}`}
        alarm={ready < services.length}
      >
        {silent.join(', ')}
      </Tile>
      <Tile name="outbox" label={words.outbox} value={waiting.toLocaleString(language)} alarm={oldest > 10}>
        {waiting === 0 ? words.none : words.oldest(oldest.toLocaleString(language, { maximumFractionDigits: 1 }))}
      </Tile>
    </>
  );
}

function QueueTiles({ queues }: { readonly queues: readonly QueueDepth[] }) {
  const { tiles: words } = useOperatorWords().operations;
  const { language } = useSpeech();
  const alone = unconsumed(queues).length;
  const parked = waitingIn(queues, true);
  return (
    <>
      <Tile
        name="queues"
        label={words.queues}
        value={waitingIn(queues, false).toLocaleString(language)}
        alarm={alone > 0}
      >
        {alone === 0 ? words.consumers : words.unconsumed(alone)}
      </Tile>
      <Tile name="parked" label={words.parked} value={parked.toLocaleString(language)} alarm={parked > 0}>
        {parked === 0 ? words.none : <Link href="/operator/parked">{words.look}</Link>}
      </Tile>
    </>
  );
}

function JobTiles({ jobs: { open, ended } }: { readonly jobs: JobReport }) {
  const { tiles: words } = useOperatorWords().operations;
  const { language } = useSpeech();
  const count = (parts: readonly { readonly jobs: number }[]): number =>
    parts.reduce((sum, each) => sum + each.jobs, 0);
  const waiting = count(open.filter(({ state }) => state === 'queued'));
  const silent = open.reduce((sum, each) => sum + each.silent, 0);
  const failed = count(ended.filter(({ state }) => state === 'failed'));
  return (
    <>
      <Tile
        name="running"
        label={words.running}
        value={(count(open) - waiting).toLocaleString(language)}
        alarm={silent > 0}
      >
        {silent > 0 ? words.silent(silent) : words.waiting(waiting)}
      </Tile>
      <Tile name="failed" label={words.failed} value={failed.toLocaleString(language)}>
        {words.of(count(ended))}
      </Tile>
    </>
  );
}

function StorageTile({ storage: { by_visibility: parts } }: { readonly storage: StorageReport }) {
  const { tiles: words } = useOperatorWords().operations;
  const { language } = useSpeech();
  const images = parts.reduce((sum, each) => sum + (each.deleted ? 0 : each.images), 0);
  return (
    <Tile name="storage" label={words.storage} value={bytesFor(language, sumOfBytes(parts))}>
      {words.images(images)}
    </Tile>
  );
}
