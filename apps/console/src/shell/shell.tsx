import { useMemo } from 'react';
import { Redirect, Router, useLocation } from 'wouter';
import { Gateway } from '../gateway/gateway.ts';
import { GatewayContext } from '../gateway/use-gateway.ts';
import { isOperator, type Session } from '../session/session.ts';
import { SessionContext } from '../session/use-session.ts';
import { PageHeader } from './page-header.tsx';
import { RegionSwitch } from './region-switch.tsx';
import { Rooms } from './rooms.tsx';

interface ShellProps {
  readonly session: Session;
  readonly onLeave: () => void;
}

/**
 * What is around every page. An address begins with the region it is about, so a link leads everybody to the same: an
 * address without one gets the first of the cloud.
 */
export function Shell({ session, onLeave }: ShellProps) {
  const [location, go] = useLocation();
  const [, first = ''] = location.split('/');
  const region = session.regions.find((each) => each === decodeURIComponent(first));
  const { token } = session;
  const gateway = useMemo(() => new Gateway({ token, region: region ?? '' }), [token, region]);
  if (region === undefined)
    return <Redirect replace to={`/${session.regions[0] ?? ''}${location}${window.location.search}`} />;
  const switchTo = (chosen: string): void => {
    // What is open is of the region that is left: the list it belongs to is where one goes on.
    go(`/${chosen}/${location.split('/')[2] ?? ''}`);
  };
  return (
    <SessionContext value={session}>
      <GatewayContext value={gateway}>
        <PageHeader session={session} onLeave={onLeave}>
          {session.regions.length > 1 && <RegionSwitch {...{ region, regions: session.regions, onSwitch: switchTo }} />}
        </PageHeader>
        <Router base={`/${first}`}>
          <Rooms key={region} isOperator={isOperator(session)} />
        </Router>
      </GatewayContext>
    </SessionContext>
  );
}
