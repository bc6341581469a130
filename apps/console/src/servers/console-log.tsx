import { useQuery } from '@tanstack/react-query';
import { Button, Switch } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { useServersWords } from '../language/servers.ts';
import { ProblemAlert } from '../problem/problem-alert.tsx';
import { isAtLogin, plainLines } from './console-text.ts';
import type { Server } from './server.ts';

/** Milliseconds between two looks: what a guest writes is no event. */
const LOOK = 2_000;
const LENGTH = String(64 * 1024);

/** What a server wrote to its serial console, as it is written, and whether it is up. */
export function ConsoleLog({ server }: { readonly server: Server }) {
  const words = useServersWords();
  const [isFollowing, setFollowing] = useState(true);
  const { api, region } = useGateway();
  const isOn = server.status === 'running';
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['servers', region, server.id, 'console'],
    queryFn: ({ signal }) => {
      const params = { path: { server_id: server.id }, query: { length: LENGTH } };
      return answered(api.GET('/v1/servers/{server_id}/console', { params, signal }));
    },
    refetchInterval: isFollowing && isOn ? LOOK : false,
  });
  const lines = plainLines(data?.output ?? '');
  const log = useFollowedEnd(lines, isFollowing);
  return (
    <section className="panel" aria-labelledby="console-title">
      <div className="panel-head">
        <h2 id="console-title">{words.console.title}</h2>
        <span role="status" data-boot={isOn ? (isAtLogin(lines) ? 'up' : 'starting') : 'off'}>
          {words.console.boot}: {bootText(words.console, isOn, lines)}
        </span>
        <span className="spring" />
        <label className="switch-label">
          <Switch size="small" checked={isFollowing} onChange={setFollowing} /> {words.console.follow}
        </label>
        <Button size="small" loading={isFetching && !isFollowing} onClick={() => void refetch()}>
          {words.refresh}
        </Button>
      </div>
      <p className="fine">{words.console.hint}</p>
      {error !== null && <ProblemAlert error={error} onAgain={() => void refetch()} />}
      <pre ref={log} className="console-log" tabIndex={0} role="region" aria-label={words.console.log(server.name)}>
        {lines === '' ? words.console.empty : lines}
      </pre>
    </section>
  );
}

function bootText(words: ReturnType<typeof useServersWords>['console'], isOn: boolean, lines: string): string {
  if (!isOn) return words.off;
  if (lines === '') return words.silent;
  return isAtLogin(lines) ? words.booted : words.booting;
}

/** The end is what is looked at, unless somebody has scrolled up. */
function useFollowedEnd(lines: string, isFollowing: boolean) {
  const log = useRef<HTMLPreElement>(null);
  useEffect(() => {
    if (isFollowing && log.current !== null) log.current.scrollTop = log.current.scrollHeight;
  }, [lines, isFollowing]);
  return log;
}
