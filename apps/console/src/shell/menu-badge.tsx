import { useQuery } from '@tanstack/react-query';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { useWords } from '../language/language.ts';
import type { MenuName } from '../pages/page.ts';

/** What waits behind an entry of the menu. */
export function MenuBadge({ menu }: { readonly menu: MenuName }) {
  return menu === 'inbox' ? <InboxBadge /> : null;
}

/** How many shares wait for an answer. */
function InboxBadge() {
  const { menu: words } = useWords();
  const { api, region } = useGateway();
  const { data } = useQuery({
    queryKey: ['shares', region, 'pending'],
    queryFn: ({ signal }) =>
      answered(api.GET('/v1/shares', { params: { query: { status: 'pending', limit: '1' } }, signal })),
  });
  if (data === undefined || data.pending === 0) return null;
  return (
    <span className="menu-badge" data-pending={data.pending}>
      <span aria-hidden="true">{data.pending}</span>
      <span className="for-readers">{words.pending(data.pending)}</span>
    </span>
  );
}
