import { CHANGES_HEARD, eventEnvelope, SERVICES } from '@imago/contracts';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the whole lib has decorators, which Node does not run
import { EVENT_LOG, EVENTS_EXCHANGE } from '../../libs/messaging/src/topology.ts';
import { type DescribedEvent, events, jsonSchema, type JsonSchema, notes, shapes } from './catalogue.ts';
import { GENERATED, page, table } from './markdown.ts';

/** `docs/events.md`: every event, who tells it, who listens, and what it says. */
export function eventsPage(): string {
  const owners = SERVICES.filter((service) => events.some(({ event }) => event.service === service));
  const used = new Set<string>();
  const sections = owners.flatMap((owner) => [
    `## Of ${owner}`,
    ...events.filter(({ event }) => event.service === owner).map((each) => eventSection(each, used)),
  ]);
  return page(
    GENERATED,
    '# Events',
    `Whatever changes in Imago is told as an event: a [CloudEvents 1.0](https://cloudevents.io) JSON message on the ` +
      `RabbitMQ topic exchange \`${EVENTS_EXCHANGE}\`. The routing key is \`<service>.<EventName>.v<N>\`, so a dashboard ` +
      `binds \`#\`, \`*.ImageReady.*\` or \`import.#\`. The stream \`${EVENT_LOG}\` keeps the last seven days for replay. ` +
      'Every event arrives at least once: tell repetitions by `id`. Events of one subject from one source come in order; ' +
      'where they do not (a retry, a replay), `sequence` tells.',
    'Within a version fields are only ever added, so ignore what you do not know. Anything else is a new version, beside ' +
      'the old one. The JSON Schemas are in [`libs/contracts/schemas`](../libs/contracts/schemas), the same as an ' +
      '[AsyncAPI document](asyncapi.json).',
    overview(),
    '## The envelope',
    fieldTable('eventEnvelope', jsonSchema(eventEnvelope, shapes), used),
    ...sections,
    ...shapeSections(used),
  );
}

function overview(): string {
  return table(
    ['Event', 'Version', 'Owner', 'Who listens', 'What it says'],
    events.map(({ event, description, listeners }) => [
      `[${event.type}](#${anchorOf(headingOf(event))})`,
      String(event.version),
      event.service,
      listeners.join(', '),
      description,
    ]),
  );
}

/** The type; with its owner where several services tell of the same. */
function headingOf({ service, type }: DescribedEvent['event']): string {
  const isShared = events.some(({ event }) => event.type === type && event.service !== service);
  return isShared ? `${type} of ${service}` : type;
}

function eventSection({ event, constant, description, listeners }: DescribedEvent, used: Set<string>): string {
  return [
    `### ${headingOf(event)}`,
    description,
    `Routing key \`${event.routingKey}\`, told by ${event.service}, heard by ${heardBy(event, listeners)}. ` +
      `[Schema](../libs/contracts/schemas/${event.routingKey}.json)`,
    fieldTable(constant, jsonSchema(event.data, shapes), used),
  ].join('\n\n');
}

/** Who listens, and to which changes where not to all of them. */
function heardBy({ routingKey }: DescribedEvent['event'], listeners: DescribedEvent['listeners']): string {
  return listeners
    .map((listener) => {
      const changes = CHANGES_HEARD[listener]?.[routingKey];
      return changes === undefined ? listener : `${listener} (changes of ${changes.join(', ')})`;
    })
    .join(', ');
}

/** Shapes refer to more shapes, which `used` takes up while they are written. */
function shapeSections(used: Set<string>): string[] {
  const sections = ['## Shapes'];
  for (const name of used) {
    const shape = shapes.get(name);
    if (shape === undefined) throw new Error(`there is no shape ${name}`);
    const others = new Map([...shapes].filter(([other]) => other !== name));
    const description = notes.of(name);
    sections.push(`### ${name}`, ...(description === '' ? [] : [description]));
    sections.push(fieldTable(name, jsonSchema(shape, others), used));
  }
  return sections;
}

function fieldTable(constant: string, schema: JsonSchema, used: Set<string>): string {
  const root = resolved(schema);
  const rows = Object.entries(root.properties ?? {}).map(([field, value]) => [
    `\`${field}\`${root.required?.includes(field) === true ? '' : ' (optional)'}`,
    words(value, used),
    notes.ofField(constant, field),
  ]);
  return table(['Field', 'Type', 'Meaning'], rows);
}

/** A schema that is itself named is referred to, and stands among the definitions. */
function resolved(schema: JsonSchema): JsonSchema {
  return schema.$ref === undefined ? schema : (schema.$defs?.[schema.$ref.replace('#/$defs/', '')] ?? schema);
}

/** What a value is, in a few words. */
function words(schema: JsonSchema, used: Set<string>): string {
  const { $ref, anyOf, items, type } = schema;
  if (typeof type === 'object') return type.map((each) => words({ ...schema, type: each }, used)).join(' or ');
  if ($ref !== undefined) {
    const name = $ref.replace('#/$defs/', '');
    used.add(name);
    return `[${name}](#${anchorOf(name)})`;
  }
  if (anyOf !== undefined) return anyOf.map((each) => words(each, used)).join(' or ');
  if (schema.enum !== undefined) return schema.enum.map((each) => `\`${each}\``).join(', ');
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (items !== undefined) return `list of ${words(items, used)}`;
  if (type === 'object') return schema.properties === undefined ? 'map' : namedFields(schema, used);
  if (type === 'string') return stringWords(schema);
  return type ?? 'anything';
}

function namedFields(schema: JsonSchema, used: Set<string>): string {
  const fields = Object.entries(schema.properties ?? {}).map(([name, value]) => `\`${name}\`: ${words(value, used)}`);
  return `{ ${fields.join('; ')} }`;
}

function stringWords({ format, pattern }: JsonSchema): string {
  if (format === 'uuid') return 'UUID';
  if (format === 'date-time') return 'time (RFC 3339, UTC)';
  if (pattern === '^\\d{1,19}$') return 'bytes (decimal text)';
  return 'text';
}

function anchorOf(heading: string): string {
  return heading.toLowerCase().replaceAll(' ', '-');
}
