import { basename } from 'node:path';
import { eventEnvelope } from '@imago/contracts';
import { events, jsonSchema, requests } from './catalogue.ts';

const FOLDER = 'libs/contracts/schemas';

/** Whether a path is that of an event's schema, named as the event is routed. */
export function isEventSchema(path: string): boolean {
  return /^[a-z]+\.[A-Z]\w+\.v\d+\.json$/.test(basename(path));
}

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
