import { useQuery } from '@tanstack/react-query';
import { Modal, Tabs } from 'antd';
import { useState } from 'react';
import { answered } from '../../gateway/gateway.ts';
import { useGateway } from '../../gateway/use-gateway.ts';
import { useImagesWords } from '../../language/images.ts';
import { ProblemAlert } from '../../problem/problem-alert.tsx';
import type { ImageDialogProps } from '../image-dialog.tsx';
import { nameOf, systemOf } from '../image.ts';
import { CancelShares } from '../sharing/cancel-shares.tsx';
import { ShareWithProjects } from '../sharing/share-with-projects.tsx';

/** The guide's window: 共享镜像 and 取消共享, each answered project by project. */
export function ShareDialog({ image, onClose }: ImageDialogProps) {
  const all = useImagesWords();
  const { share: words } = all;
  const { api, region } = useGateway();
  const [tab, setTab] = useState('share');
  const { data, error } = useQuery({
    queryKey: ['shares', region, 'of', image.id],
    queryFn: ({ signal }) =>
      answered(api.GET('/v1/images/{image_id}/shares', { params: { path: { image_id: image.id } }, signal })),
  });
  const facts = [
    [all.columns.name, nameOf(image, all)],
    [words.osType, image.os_distro === undefined ? all.none : image.os_distro === 'windows' ? 'Windows' : 'Linux'],
    [all.columns.system, systemOf(image, all)],
  ];
  return (
    <Modal open title={words.title} footer={null} onCancel={onClose} destroyOnHidden width={600}>
      <h3>{words.detail}</h3>
      <dl className="facts">
        {facts.map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {error !== null && <ProblemAlert error={error} />}
      <Tabs
        activeKey={tab}
        onChange={setTab}
        items={[
          {
            key: 'share',
            label: words.tabs.share,
            children: <ShareWithProjects image={image} quota={data?.quota ?? null} />,
          },
          {
            key: 'cancel',
            label: words.tabs.cancel,
            children: <CancelShares image={image} shares={data?.shares ?? []} />,
          },
        ]}
      />
    </Modal>
  );
}
