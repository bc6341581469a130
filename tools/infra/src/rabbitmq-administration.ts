import { createHmac } from 'node:crypto';
import { ProvisionError } from './provision-error.ts';

export interface RabbitMqAddress {
  /** URL of an administrator. */
  readonly amqpUrl: string;
  /** Base URL of the management API with the administrator's name and password in it. */
  readonly managementUrl: string;
}

/** A broker and what a start or a test asks of its management API. */
export interface RabbitMqAdministration extends RabbitMqAddress {
  /**
   * Makes a virtual host and a user of the same name who may use that one alone. Answers the user's AMQP URL.
   * Repeatable: the URL of the same name stays the same, and what the virtual host holds is kept.
   */
  createVhost(name: string): Promise<string>;
  /** Removes a virtual host with all its queues, and its user. Nothing happens when there is none. */
  deleteVhost(name: string): Promise<void>;
}

export function rabbitMqAdministration(address: RabbitMqAddress): RabbitMqAdministration {
  const api = new URL(address.managementUrl);
  // From the administrator's password: the same at every start, unknown to whoever does not know that one.
  const passwordOf = (name: string): string => createHmac('sha256', api.password).update(name).digest('hex');
  return {
    ...address,
    createVhost: async (name) => {
      if (name === decodeURIComponent(api.username)) throw new Error(`${name} is the administrator's own name`);
      const id = encodeURIComponent(name);
      await call(api, 'PUT', `vhosts/${id}`, {});
      await call(api, 'PUT', `users/${id}`, { password: passwordOf(name), tags: '' });
      await call(api, 'PUT', `permissions/${id}/${id}`, { configure: '.*', write: '.*', read: '.*' });
      return vhostUrl(address.amqpUrl, name, passwordOf(name));
    },
    deleteVhost: async (name) => {
      const id = encodeURIComponent(name);
      await call(api, 'DELETE', `vhosts/${id}`);
      await call(api, 'DELETE', `users/${id}`);
    },
  };
}

function vhostUrl(amqpUrl: string, name: string, password: string): string {
  const url = new URL(amqpUrl);
  url.username = encodeURIComponent(name);
  url.password = password;
  url.pathname = `/${encodeURIComponent(name)}`;
  return url.href;
}

async function call(api: URL, method: 'PUT' | 'DELETE', path: string, body?: object): Promise<void> {
  const credentials = `${decodeURIComponent(api.username)}:${decodeURIComponent(api.password)}`;
  const response = await fetch(`${api.origin}/api/${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
      'content-type': 'application/json',
    },
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  }).catch((error: unknown) => {
    throw new ProvisionError(
      "RabbitMQ's management API does not answer.",
      'Check IMAGO_RABBITMQ_MANAGEMENT_URL and that the plugin rabbitmq_management is enabled.',
      error,
    );
  });
  const text = await response.text();
  if (response.ok || (method === 'DELETE' && response.status === 404)) return;
  throw new ProvisionError(
    `RabbitMQ's management API refused ${method} ${path} with status ${response.status}: ${text.slice(0, 200)}.`,
    "Its URL needs an administrator's name and password.",
  );
}
