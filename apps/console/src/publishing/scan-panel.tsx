import { useQuery } from '@tanstack/react-query';
import { Button, Tag } from 'antd';
import { useAction } from '../actions/use-action.ts';
import { answered, type Gateway } from '../gateway/gateway.ts';
import type { components } from '../gateway/openapi.ts';
import { Problem } from '../gateway/problem.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { timeFor } from '../jobs/job-figures.ts';
import { useSpeech } from '../language/language.ts';
import { useOperatorWords } from '../language/operator.ts';
import { ProblemAlert } from '../problem/problem-alert.tsx';

type Scan = components['schemas']['ImageScan'];

const COLOURS: Readonly<Record<Scan['status'], string>> = {
  clean: 'success',
  infected: 'error',
  incomplete: 'warning',
  not_scanned: 'warning',
};

/** What the newest scan of an image came to, without which nobody publishes it, and having it scanned. */
export function ScanPanel({ imageId }: { readonly imageId: string }) {
  const { publishing: words } = useOperatorWords();
  const { language } = useSpeech();
  const gateway = useGateway();
  const { data: scan, error } = useQuery({
    queryKey: ['jobs', gateway.region, 'scan', imageId], // a scan is a job: its events tell when there is one
    queryFn: ({ signal }) => newestScan(gateway, imageId, signal),
  });
  const scanning = useAction({
    act: () =>
      answered(gateway.api.POST('/v1/images/{image_id}/scans', { params: { path: { image_id: imageId } }, body: {} })),
    areas: ['jobs'],
    said: () => words.scanning,
  });
  return (
    <div className="row-actions" data-scan={scan?.status}>
      {scan === null && <span>{words.scans.not_scanned}</span>}
      {scan != null && (
        <>
          <Tag color={COLOURS[scan.status]}>{words.scanStates[scan.status]}</Tag>
          <span>{scan.initialisation_component ?? words.components.none}</span>
          <time className="fine" dateTime={scan.scanned_at}>
            {timeFor(language, scan.scanned_at)}
          </time>
        </>
      )}
      <Button
        size="small"
        loading={scanning.isPending}
        onClick={() => {
          scanning.mutate();
        }}
      >
        {words.scanNow}
      </Button>
      {scan?.malware.map(({ signature, path }) => (
        <div key={`${signature} ${path}`}>
          <strong>{signature}</strong> <code>{path}</code>
        </div>
      ))}
      {error !== null && <ProblemAlert error={error} />}
      {scanning.isError && <ProblemAlert error={scanning.error} />}
    </div>
  );
}

/** Null when the image was never scanned. */
async function newestScan({ api }: Gateway, imageId: string, signal: AbortSignal): Promise<Scan | null> {
  try {
    return await answered(api.GET('/v1/images/{image_id}/scan', { params: { path: { image_id: imageId } }, signal }));
  } catch (error) {
    if (error instanceof Problem && error.code === 'image.not_scanned') return null;
    throw error;
  }
}
