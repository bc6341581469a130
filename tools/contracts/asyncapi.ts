import { eventEnvelope } from '@imago/contracts';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the whole lib has decorators, which Node does not run
import { EVENTS_EXCHANGE } from '../../libs/messaging/src/topology.ts';
import { type DescribedEvent, events, jsonSchema, type JsonSchema, shapes } from './catalogue.ts';

const ENVELOPE = 'envelope';
const JSON_SCHEMA = 'application/schema+json;version=draft-2020-12';

/** `docs/asyncapi.json`: the events as an AsyncAPI 3 document, for tools. */
export function asyncApiDocument(): string {
  const document = {
    asyncapi: '3.0.0',
    info: {
      title: 'Imago events',
      version: '1.0.0',
      description: 'Everything that happens in Imago, as CloudEvents 1.0 on RabbitMQ. Made from the contracts.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/cloudevents+json',
    channels: Object.fromEntries(events.map((each) => [each.event.routingKey, channel(each)])),
    operations: Object.fromEntries(events.flatMap(operations)),
    components: {
      messages: Object.fromEntries(events.map((each) => [each.event.routingKey, message(each)])),
      schemas: schemas(),
    },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function channel({ event, description }: DescribedEvent): object {
  const { routingKey } = event;
  return {
    address: routingKey,
    description,
    messages: { [event.type]: { $ref: `#/components/messages/${routingKey}` } },
    bindings: {
      amqp: {
        is: 'routingKey',
        exchange: { name: EVENTS_EXCHANGE, type: 'topic', durable: true, autoDelete: false },
        bindingVersion: '0.3.0',
      },
    },
  };
}

/** Seen from the services: the owner sends, whoever subscribes receives. */
function operations({ event, listeners }: DescribedEvent): [string, object][] {
  const { routingKey, service } = event;
  const on = { $ref: `#/channels/${routingKey}` };
  return [
    [`${service}.sends.${routingKey}`, { action: 'send', channel: on, tags: [{ name: service }] }],
    ...listeners.map((listener): [string, object] => [
      `${listener}.receives.${routingKey}`,
      { action: 'receive', channel: on, tags: [{ name: listener }] },
    ]),
  ];
}

function message({ event, description }: DescribedEvent): object {
  return {
    name: event.type,
    title: `${event.type}, version ${event.version}`,
    summary: description,
    contentType: 'application/cloudevents+json',
    payload: {
      schemaFormat: JSON_SCHEMA,
      schema: {
        allOf: [{ $ref: `#/components/schemas/${ENVELOPE}` }],
        properties: {
          type: { const: event.type },
          dataversion: { const: event.version },
          data: { $ref: `#/components/schemas/${event.routingKey}` },
        },
      },
    },
  };
}

/** The envelope, the data of each event, and the shapes they share, each once. */
function schemas(): Readonly<Record<string, JsonSchema>> {
  const all: Record<string, JsonSchema> = { [ENVELOPE]: jsonSchema(eventEnvelope) };
  for (const { event } of events) {
    const { $defs = {}, ...schema } = jsonSchema(event.data, shapes);
    Object.assign(all, { [event.routingKey]: schema }, $defs);
  }
  const text = JSON.stringify(all, (name, value: unknown) => (name === '$schema' ? undefined : value));
  return JSON.parse(text.replaceAll('#/$defs/', '#/components/schemas/')) as Record<string, JsonSchema>;
}
