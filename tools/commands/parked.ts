import { existsSync, readFileSync } from 'node:fs';
import { type Service, SERVICES } from '@imago/contracts';
import { dropParked, listParked, replayParked } from '@imago/messaging';
import { BROKER_FILE } from './places.ts';
import { complain } from './steps.ts';

// npm run parked: messages no consumer could work off, of all services.
// npm run parked -- replay SERVICE ID: gives one to the queue it failed on again. npm run parked -- drop SERVICE ID: gives it up.

try {
  const [verb = 'list', service, id] = process.argv.slice(2);
  if (verb === 'list') await list();
  else if ((verb === 'replay' || verb === 'drop') && isService(service) && id !== undefined) {
    const found = await (verb === 'replay' ? replayParked : dropParked)(amqpUrl(), service, id);
    if (!found) throw new Error(`${service} has no parked message ${id}.`);
    console.log(verb === 'replay' ? 'Back in its queue.' : 'Dropped.');
  } else throw new Error('Usage: npm run parked -- [list | replay SERVICE ID | drop SERVICE ID]');
} catch (error) {
  complain(error);
  process.exit(1);
}

async function list(): Promise<void> {
  for (const service of SERVICES) {
    for (const { id, type, queue, reason, error, parked_at } of await listParked(amqpUrl(), service)) {
      console.log(
        `${service}  ${id}  ${type ?? 'no type'}  ${reason}  from ${queue}  ${parked_at ?? ''}\n    ${error ?? ''}`,
      );
    }
  }
}

/** AMQP_URL, with the virtual host; else the broker of the installation that runs here. */
function amqpUrl(): string {
  const url = process.env['AMQP_URL'] ?? (existsSync(BROKER_FILE) ? readFileSync(BROKER_FILE, 'utf8') : undefined);
  if (url === undefined) throw new Error('Set AMQP_URL to the broker of the services, or start Imago here.');
  return url;
}

function isService(name: string | undefined): name is Service {
  return SERVICES.some((service) => service === name);
}
