import { refusal } from '@imago/contracts';

/** A network a server may be in. */
export interface Network {
  readonly name: string;
  /** It gives DHCP and nothing else. */
  readonly restricted: boolean;
}

/** The networks of the setting `COMPUTE_NETWORKS`. */
export function networksOf(setting: string): readonly Network[] {
  return setting.split(',').map((each) => {
    const [name = '', kind] = each.split('=');
    return { name, restricted: kind === 'restricted' };
  });
}

/** @throws Refusal server.network_not_found with the names there are. */
export function requireNetwork(setting: string, name: string): Network {
  const networks = networksOf(setting);
  const found = networks.find((network) => network.name === name);
  if (found !== undefined) return found;
  throw refusal('server.network_not_found', `There is no network ${JSON.stringify(name)}.`, {
    networks: networks.map((network) => network.name),
  });
}
