import type { Gateway } from '../gateway/gateway.ts';
import { usageQuery, type UsageWish } from './usage.ts';

/** The way to the next page in the header `Link`. */
const NEXT = /<([^>]+)>;\s*rel="next"/;

/**
 * All of the usage as the gateway writes it for spreadsheets, its pages put together under one line of names.
 * @throws Problem
 */
export async function usageCsv(gateway: Gateway, wish: UsageWish, signal: AbortSignal): Promise<string> {
  const query = new URLSearchParams({ ...usageQuery(wish), format: 'csv' });
  let path: string | undefined = `/v1/usage?${query.toString()}`;
  let table = '';
  while (path !== undefined) {
    const response: Response = await gateway.open(path, { signal });
    const page = await response.text();
    table += table === '' ? page : page.slice(page.indexOf('\n') + 1);
    path = NEXT.exec(response.headers.get('link') ?? '')?.[1]?.replace(/^.*(?=\/v1\/)/, '');
  }
  return table;
}
