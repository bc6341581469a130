import type { ShareRecord } from '@imago/contracts';
import { Button, Checkbox } from 'antd';
import { useState } from 'react';
import { useAction } from '../../actions/use-action.ts';
import { answered } from '../../gateway/gateway.ts';
import { useGateway } from '../../gateway/use-gateway.ts';
import { useImagesWords } from '../../language/images.ts';
import { ProblemAlert } from '../../problem/problem-alert.tsx';
import type { Image } from '../image.ts';
import { ShareResults } from './share-results.tsx';

interface CancelSharesProps {
  readonly image: Image;
  readonly shares: readonly ShareRecord[];
}

/** Takes an image back from the projects that are ticked; ticking them is being asked. */
export function CancelShares({ image, shares }: CancelSharesProps) {
  const { share: words } = useImagesWords();
  const { api } = useGateway();
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const action = useAction({
    act: (projects: readonly string[]) =>
      answered(
        api.POST('/v1/images/{image_id}/shares/cancel', {
          params: { path: { image_id: image.id } },
          body: { project_ids: [...projects] },
        }),
      ),
    areas: ['shares', 'images'],
    done: () => {
      setChosen([]);
    },
  });
  const standing = chosen.filter((project) => shares.some((share) => share.project_id === project));
  return (
    <>
      <p>{shares.length === 0 ? words.cancelEmpty : words.cancelLead}</p>
      <Checkbox.Group
        className="share-choices"
        value={[...standing]}
        onChange={(projects) => {
          setChosen(projects);
        }}
        options={shares.map(({ project_id: project, status }) => ({
          value: project,
          label: (
            <>
              <code>{project}</code> <span className="fine">{words.member[status]}</span>
            </>
          ),
        }))}
      />
      {action.isError && <ProblemAlert error={action.error} />}
      {action.data !== undefined && <ShareResults results={action.data.results} done={words.cancelled} />}
      {shares.length > 0 && (
        <Button
          danger
          disabled={standing.length === 0}
          loading={action.isPending}
          onClick={() => {
            action.mutate(standing);
          }}
        >
          {words.cancelSubmit(standing.length)}
        </Button>
      )}
    </>
  );
}
