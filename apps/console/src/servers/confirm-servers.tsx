import { Button, Descriptions } from 'antd';
import { useEffect, useRef } from 'react';
import type { Action } from '../actions/use-action.ts';
import { useServersWords } from '../language/servers.ts';
import { ProblemAlert } from '../problem/problem-alert.tsx';
import type { ServersOrder } from './servers-order.ts';
import { useUsableImages } from './use-usable-images.ts';

interface ConfirmServersProps {
  readonly order: ServersOrder;
  readonly action: Action<ServersOrder, { servers: readonly unknown[] }>;
  readonly onBack: () => void;
}

/** The last look before servers are made. */
export function ConfirmServers({ order, action, onBack }: ConfirmServersProps) {
  const words = useServersWords();
  const { create } = words;
  const image = useUsableImages().data?.find(({ id }) => id === order.image_id);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
  }, []);
  const disks = words.disks(
    image?.min_disk ?? 0,
    (order.data_disks ?? []).map(({ size_gib }) => size_gib),
  );
  return (
    <section className="panel making-form">
      <h2 ref={heading} tabIndex={-1}>
        {create.confirm}
      </h2>
      <Descriptions
        bordered
        size="small"
        column={1}
        items={[
          { key: 'image', label: create.image, children: image?.name ?? order.image_id },
          { key: 'name', label: create.name, children: order.name },
          { key: 'network', label: create.network, children: order.network },
          { key: 'flavor', label: create.flavor, children: order.flavor },
          { key: 'count', label: create.count, children: create.pieces(order.count) },
          { key: 'disks', label: words.columns.disks, children: disks },
        ]}
      />
      {action.isError && <ProblemAlert error={action.error} />}
      <div className="form-actions">
        <Button onClick={onBack}>{create.change}</Button>
        <Button
          type="primary"
          loading={action.isPending}
          onClick={() => {
            action.mutate(order);
          }}
        >
          {create.submit}
        </Button>
      </div>
    </section>
  );
}
