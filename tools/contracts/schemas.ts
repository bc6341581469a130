import { eventEnvelope } from '@imago/contracts';
import { events, jsonSchema, requests } from './catalogue.ts';

const FOLDER = 'libs/contracts/schemas';

/** The JSON Schemas of everything that services tell and ask each other, by path. */
export function schemaFiles(): ReadonlyMap<string, string> {
  const files = new Map<string, unknown>();
  files.set('envelope.json', { title: 'The envelope of every event', ...jsonSchema(eventEnvelope) });
  for (const { event, description } of events) {
    files.set(`${event.routingKey}.json`, { title: event.routingKey, description, ...jsonSchema(event.data) });
  }
  for (const { request, description } of requests) {
    const { pattern, kind } = request;
    const schemas = { request: jsonSchema(request.request), response: jsonSchema(request.response) };
    files.set(`requests/${pattern}.json`, { title: pattern, description, kind, ...schemas });
  }
  return new Map([...files].map(([name, content]) => [`${FOLDER}/${name}`, `${JSON.stringify(content, null, 2)}\n`]));
}
