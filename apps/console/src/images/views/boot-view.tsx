import { useQuery } from '@tanstack/react-query';
import { Alert, Button } from 'antd';
import { useAction } from '../../actions/use-action.ts';
import { answered } from '../../gateway/gateway.ts';
import { useGateway } from '../../gateway/use-gateway.ts';
import { timeFor } from '../../jobs/job-figures.ts';
import { useImageWords } from '../../language/image.ts';
import { useImagesWords } from '../../language/images.ts';
import { useSpeech } from '../../language/language.ts';
import { ProblemAlert } from '../../problem/problem-alert.tsx';
import { type Image, isUsable } from '../image.ts';
import { NotThereYet } from './not-there-yet.tsx';

/** Whether the image was seen to boot, and what was seen. */
export function BootView({ image }: { readonly image: Image }) {
  const { boot: words } = useImageWords();
  const { done } = useImagesWords();
  const { language } = useSpeech();
  const { api, region } = useGateway();
  const params = { path: { image_id: image.id } };
  const { data, error } = useQuery({
    queryKey: ['images', region, 'boot-proof', image.id],
    queryFn: ({ signal }) => answered(api.GET('/v1/images/{image_id}/boot-proof', { params, signal })),
  });
  const proving = useAction({
    act: () => answered(api.POST('/v1/images/{image_id}/boot-proofs', { params })),
    areas: ['jobs', 'images'],
    said: () => done.proving,
  });
  const isProven = data?.status === 'proven';
  return (
    <>
      <p>{words.lead}</p>
      {data === undefined ? (
        <NotThereYet error={error} text={words.none} />
      ) : (
        <>
          <Alert
            type={isProven ? 'success' : 'warning'}
            showIcon
            title={isProven ? words.proven : words.notProven}
            description={words.attempted(timeFor(language, data.attempted_at), data.seconds.toFixed(1))}
          />
          <dl className="facts">
            {(data.status === 'proven'
              ? [[words.evidence, data.evidence] as const]
              : [[words.seen, data.seen] as const, [words.remedy, data.remedy] as const]
            ).map(([term, value]) => (
              <div key={term}>
                <dt>{term}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
          <h3>{words.log}</h3>
          <pre className="serial-log" tabIndex={0} role="region" aria-label={words.log}>
            {data.serial_log}
          </pre>
        </>
      )}
      {proving.isError && <ProblemAlert error={proving.error} />}
      {isUsable(image) && (
        <Button
          loading={proving.isPending}
          onClick={() => {
            proving.mutate();
          }}
        >
          {words.start}
        </Button>
      )}
    </>
  );
}
