import { Form } from 'antd';
import { useState } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import { useAction } from '../actions/use-action.ts';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { useServersWords } from '../language/servers.ts';
import { freshKey } from '../making/fresh-key.ts';
import { PageHead } from '../shell/page-head.tsx';
import { ConfirmServers } from './confirm-servers.tsx';
import { ServerFields } from './server-fields.tsx';
import { bodyOf, type ServersOrder } from './servers-order.ts';

/** 申请云主机: what is wanted, then once more to look at, then back to the list where they appear. */
export function CreateServersPage() {
  const words = useServersWords();
  const { api } = useGateway();
  const [search] = useSearchParams();
  const [, go] = useLocation();
  const [form] = Form.useForm<ServersOrder>();
  const [confirming, setConfirming] = useState<{ order: ServersOrder; key: string } | null>(null);
  const action = useAction<ServersOrder, { servers: readonly unknown[] }>({
    act: (order) =>
      answered(
        api.POST('/v1/servers', { body: bodyOf(order), headers: { 'idempotency-key': confirming?.key ?? freshKey() } }),
      ),
    areas: ['servers', 'jobs'],
    said: ({ servers }) => words.create.accepted(servers.length),
    done: () => {
      go('/servers');
    },
  });
  return (
    <>
      <PageHead title={words.create.title}>
        <Link href="/servers">{words.back}</Link>
      </PageHead>
      <div hidden={confirming !== null}>
        <ServerFields
          form={form}
          imageId={search.get('image')}
          onFinish={(order) => {
            setConfirming({ order, key: freshKey() });
          }}
        />
      </div>
      {confirming !== null && (
        <ConfirmServers
          order={confirming.order}
          action={action}
          onBack={() => {
            action.reset();
            setConfirming(null);
          }}
        />
      )}
    </>
  );
}
