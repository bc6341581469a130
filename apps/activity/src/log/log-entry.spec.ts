import type { EventEnvelope } from '@imago/contracts';
import { describe, expect, it } from 'vitest';
import { logEntryOf } from './log-entry.ts';

const IMAGE = '0198a000-0000-7000-8000-000000000001';
const JOB = '0198a000-0000-7000-8000-000000000002';

function event(changes: Partial<EventEnvelope>): EventEnvelope {
  return {
    specversion: '1.0',
    id: '0198a000-0000-7000-8000-000000000003',
    source: '/imago/catalog',
    type: 'ServerStarted',
    time: '2026-01-01T00:00:00.000Z',
    subject: 'something',
    datacontenttype: 'application/json',
    dataversion: 1,
    projectid: 'p',
    region: 'r',
    audience: 'p',
    correlationid: 'c',
    data: {},
    ...changes,
  };
}

describe('an entry of the log', () => {
  it.each<[string, Partial<EventEnvelope>, string | null]>([
    ['an event about an image, by its subject', { type: 'ImageDreamt', subject: IMAGE }, IMAGE],
    ['one that names it', { subject: 'project', data: { image_id: IMAGE } }, IMAGE],
    ['one that carries its record', { subject: 'project', data: { image: { id: IMAGE } } }, IMAGE],
    ['a subject that is no image', { subject: IMAGE }, null],
    ['an image that is no id', { type: 'ImageDreamt', subject: 'web', data: { image_id: 7, image: 'web' } }, null],
    ['no data at all', { data: null }, null],
    ['data of another form', { data: ['image_id', IMAGE] }, null],
  ])('finds the image of %s', (_name, changes, image) => {
    expect(logEntryOf(event(changes)).image_id).toBe(image);
  });

  it('counts the versions of the job where there is one, else of the subject', () => {
    expect(logEntryOf(event({ data: { job: { id: JOB } } })).aggregate).toBe(JOB);
    expect(logEntryOf(event({ data: { job: { id: 'x' } } })).aggregate).toBe('something');
  });

  it('has an audience of nobody where the event is for operators only', () => {
    expect(logEntryOf(event({ audience: '' })).audience).toEqual([]);
    expect(logEntryOf(event({ audience: 'a,b' })).audience).toEqual(['a', 'b']);
  });
});
