import { type ComponentType, lazy } from 'react';
import type { Words } from '../language/words.zh.ts';

export type MenuName = keyof Words['menu']['pages'];

/** A page of the console. */
export interface Page {
  /** Below the region, as wouter writes patterns: `/images/:id`. The more special one stands first. */
  readonly path: string;
  readonly Content: ComponentType;
  /** Its place in the menu, or the page in the menu it belongs to. */
  readonly menu: MenuName;
  readonly inMenu: boolean;
  /** For operators alone. */
  readonly operators: boolean;
  /** It follows the events by itself. A browser has few connections, so there is one stream at a time. */
  readonly followsEvents: boolean;
}

type Load = () => Promise<ComponentType>;
type Rest = Partial<Pick<Page, 'inMenu' | 'operators' | 'followsEvents'>>;

/** One line of the table of pages. The code of a page is loaded when it is first seen. */
export function page(path: string, menu: MenuName, load: Load, rest: Rest = {}): Page {
  const Content = lazy(async () => ({ default: await load() }));
  return { path, menu, Content, inMenu: true, operators: false, followsEvents: false, ...rest };
}
