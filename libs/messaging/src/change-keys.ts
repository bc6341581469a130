import { CHANGES_HEARD, type EventDefinition, type EventEnvelope, type Service } from '@imago/contracts';

/**
 * An event that tells what changed is published under its routing key, as every event is, and besides under
 * `<routing key>.<change>` for each change that somebody wants to hear of alone. These further keys are the broker's
 * business only (`BCC`): no queue gets a message twice, and nobody who gets it sees them.
 */

/** Every change of an event that somebody hears of alone. */
const HEARD: ReadonlyMap<string, ReadonlySet<string>> = changesByEvent();

/** The keys a service's queue is bound with to get an event, or what of it concerns the service. */
export function bindingKeys(service: Service, { routingKey }: EventDefinition): readonly string[] {
  const changes = CHANGES_HEARD[service]?.[routingKey];
  return changes?.map((change) => changeKey(routingKey, change)) ?? [routingKey];
}

/** The routing key of the event that a binding is for. */
export function eventKeyOf(bindingKey: string): string {
  return bindingKey.split('.').slice(0, 3).join('.');
}

/** The keys an event is published under beside its own. */
export function furtherKeys(routingKey: string, envelope: string): readonly string[] {
  const heard = HEARD.get(routingKey);
  if (heard === undefined) return [];
  const { data } = JSON.parse(envelope) as EventEnvelope<{ readonly changed: readonly string[] }>;
  return data.changed.filter((change) => heard.has(change)).map((change) => changeKey(routingKey, change));
}

function changeKey(routingKey: string, change: string): string {
  return `${routingKey}.${change}`;
}

function changesByEvent(): Map<string, Set<string>> {
  const events = new Map<string, Set<string>>();
  for (const heard of Object.values(CHANGES_HEARD)) {
    for (const [routingKey, changes] of Object.entries(heard)) {
      events.set(routingKey, new Set([...(events.get(routingKey) ?? []), ...changes]));
    }
  }
  return events;
}
