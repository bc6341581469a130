import { useQuery } from '@tanstack/react-query';
import { Button, Tag } from 'antd';
import { useAction } from '../actions/use-action.ts';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { timeFor } from '../jobs/job-figures.ts';
import { useSpeech } from '../language/language.ts';
import { useOperatorWords } from '../language/operator.ts';
import { ProblemAlert } from '../problem/problem-alert.tsx';
import { newestScan, type Scan, scanKey } from '../scans/newest-scan.ts';

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
    queryKey: scanKey(gateway, imageId),
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
