import { z } from 'zod';
import { defineRequest } from './define.ts';
import { eventEnvelope } from './envelope.ts';
import { jobOnBoard, jobState, jobType } from './job.ts';
import { projectId, regionName } from './scalars.ts';

/** Waits, at most `wait_ms`, until the board and the log show these events: how a tenant reads its own writes. */
export const ConfirmApplied = defineRequest('activity', 'confirmApplied', {
  kind: 'query',
  request: z.object({ event_ids: z.array(z.uuid()).max(100), wait_ms: z.int().min(0).max(2000) }),
  response: z.object({ applied: z.boolean() }),
});

/** A page of the caller's jobs, newest first; operators see every project's. */
export const ListJobs = defineRequest('activity', 'listJobs', {
  kind: 'query',
  request: z.object({
    region: regionName,
    limit: z.int().min(1).max(1000),
    marker: z.uuid().nullable(),
    state: jobState.nullable(),
    type: jobType.nullable(),
    image_id: z.uuid().nullable(),
  }),
  response: z.object({ jobs: z.array(jobOnBoard), next_marker: z.uuid().nullable() }),
});

/** One job the caller may see. Refusal: job.not_found. */
export const ShowJob = defineRequest('activity', 'showJob', {
  kind: 'query',
  request: z.object({ job_id: z.uuid(), region: regionName }),
  response: z.object({ job: jobOnBoard }),
});

/** The events of one image the caller may see, in the order they happened; `after` is the cursor of the page before. */
export const ListImageEvents = defineRequest('activity', 'listImageEvents', {
  kind: 'query',
  request: z.object({
    image_id: z.uuid(),
    region: regionName,
    limit: z.int().min(1).max(1000),
    after: z.string().regex(/^\d+$/).nullable(),
  }),
  response: z.object({ events: z.array(eventEnvelope), next: z.string().nullable() }),
});

/** The name of an event, as somebody asks for it. */
const eventName = z.string().regex(/^[A-Z][A-Za-z0-9]{0,63}$/);

/**
 * What happened in a region, by the order of the log: to a project what it is told of, to operators and services
 * everything, or what one project is told. `after` is the cursor of the page before. Refusals: request.not_found for
 * another project's, auth.forbidden, request.invalid for a place no log could have.
 */
export const ListAudit = defineRequest('activity', 'listAudit', {
  kind: 'query',
  request: z.object({
    region: regionName,
    /** Null: everything there is for the caller. */
    project_id: projectId.nullable(),
    /** None: every type. */
    types: z.array(eventName).max(20),
    /** The id of the image, job, server or project it is about. */
    subject: z.string().min(1).max(255).nullable(),
    order: z.enum(['asc', 'desc']),
    limit: z.int().min(1).max(1000),
    after: z.string().regex(/^\d+$/).nullable(),
  }),
  response: z.object({ events: z.array(eventEnvelope), next: z.string().nullable() }),
});
