import { Link, useLocation } from 'wouter';
import { useWords } from '../language/language.ts';
import type { MenuName, Page } from '../pages/page.ts';
import { MenuBadge } from './menu-badge.tsx';

interface MainMenuProps {
  /** Those that somebody may see. */
  readonly pages: readonly Page[];
  /** The page in the menu that what is shown belongs to. */
  readonly current: MenuName | null;
}

/** Where one can go. */
export function MainMenu({ pages, current }: MainMenuProps) {
  const { menu: words } = useWords();
  const shown = pages.filter(({ inMenu }) => inMenu);
  const groups = [
    { key: 'tenant', label: null, pages: shown.filter(({ operators }) => !operators) },
    { key: 'operators', label: words.operators, pages: shown.filter(({ operators }) => operators) },
  ];
  return (
    <nav className="main-menu" aria-label={words.label}>
      {groups
        .filter((group) => group.pages.length > 0)
        .map((group) => (
          <ul key={group.key} aria-label={group.label ?? undefined}>
            {group.label !== null && (
              <li className="menu-group" aria-hidden="true">
                {group.label}
              </li>
            )}
            {group.pages.map((page) => (
              <MenuItem key={page.path} page={page} current={page.menu === current} />
            ))}
          </ul>
        ))}
    </nav>
  );
}

function MenuItem({ page, current }: { readonly page: Page; readonly current: boolean }) {
  const { menu: words } = useWords();
  const [location] = useLocation();
  const here = location === page.path ? 'page' : 'true';
  return (
    <li>
      <Link href={page.path} aria-current={current ? here : undefined}>
        {words.pages[page.menu]}
        <MenuBadge menu={page.menu} />
      </Link>
    </li>
  );
}
