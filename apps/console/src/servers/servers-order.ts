import type { operations } from '../gateway/openapi.ts';

export type ServersBody = operations['Servers.create']['requestBody']['content']['application/json'];

/** What the form says of servers that are to be made. Nobody says how large a system disk is: the image does. */
export interface ServersOrder {
  readonly image_id: string;
  readonly name: string;
  readonly network: string;
  readonly count: number;
  readonly flavor: string;
  readonly data_disks?: readonly { readonly size_gib: number }[];
  readonly user_data?: string;
}

/** The same as the gateway is asked for it. */
export function bodyOf({ data_disks = [], user_data, name, ...order }: ServersOrder): ServersBody {
  return {
    ...order,
    name: name.trim(),
    data_disks: data_disks.map(({ size_gib }) => ({ size_gib })),
    ...(user_data === undefined || user_data === '' ? {} : { user_data }),
  };
}
