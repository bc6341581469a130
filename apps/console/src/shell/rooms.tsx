import { Suspense, useEffect, useRef } from 'react';
import { matchRoute, Redirect, Route, Switch, useLocation, useRouter } from 'wouter';
import { LiveQueries } from '../live/live-queries.tsx';
import { HOME, OPERATORS_HOME, PAGES } from '../pages/pages.ts';
import { MainMenu } from './main-menu.tsx';
import { NotFoundPage } from './not-found-page.tsx';

/** The pages of a region, the menu that leads to them, and the events that keep them true. */
export function Rooms({ isOperator }: { readonly isOperator: boolean }) {
  const [location] = useLocation();
  const { parser } = useRouter();
  const pages = PAGES.filter(({ operators }) => isOperator || !operators);
  const home = isOperator ? OPERATORS_HOME : HOME;
  const current = pages.find(({ path }) => matchRoute(parser, path, location)[0]);
  return (
    <div className="rooms">
      <MainMenu pages={pages} current={current?.menu ?? null} />
      <main id="main" tabIndex={-1} ref={useFocusOnArrival(location)}>
        {current?.followsEvents === false && <LiveQueries />}
        <Suspense fallback={null}>
          <Switch>
            <Route path="/">
              <Redirect replace to={home} />
            </Route>
            {pages.map(({ path, Content }) => (
              <Route key={path} path={path}>
                <Content />
              </Route>
            ))}
            <Route>
              <NotFoundPage home={home} />
            </Route>
          </Switch>
        </Suspense>
      </main>
    </div>
  );
}

/** Who goes to another page by keyboard goes on there, and not where the link was. Not when the console is opened. */
function useFocusOnArrival(location: string) {
  const main = useRef<HTMLElement>(null);
  const left = useRef(location);
  useEffect(() => {
    if (left.current === location) return;
    left.current = location;
    main.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [location]);
  return main;
}
