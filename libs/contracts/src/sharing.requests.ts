import { z } from 'zod';
import { defineRequest } from './define.ts';
import { refusalDocument } from './errors.ts';
import { imageInRegion, instant, projectId, regionName } from './scalars.ts';
import { memberStatus, shareRecord } from './share.ts';

/** Projects or images one request may name (R17). */
export const SHARES_PER_REQUEST = 100;

/** Ids as they were sent: each gets its own answer, also one that is no id at all. */
const sentIds = z.array(z.string().max(255)).min(1).max(SHARES_PER_REQUEST);

/** How many projects an image is shared with, and how many it may be. */
export const memberFigures = z.object({ limit: z.int().min(0), used: z.int().min(0) });

/** Of one id of a request: what became of it. Exactly one of the two is null. */
const shareAnswer = z.object({ share: shareRecord.nullable(), error: refusalDocument.nullable() });

/**
 * Shares an image of the caller's project with others, as long as there is room for them in the order they are named.
 * A private image becomes `shared` where `opens`, and is refused where not. Refused as a whole: image.not_found,
 * auth.forbidden, image.deactivated, image.wrong_state (killed), share.public_image, share.not_shared. Refused one by
 * one: share.project_invalid, share.own_project, share.exists, share.repeated, quota.members_exceeded.
 */
export const ShareImage = defineRequest('sharing', 'shareImage', {
  kind: 'command',
  request: imageInRegion.extend({ project_ids: sentIds, opens: z.boolean() }),
  response: z.object({
    /** In the order of the request. */
    results: z.array(shareAnswer.extend({ project_id: z.string() })),
    figures: memberFigures,
    event_ids: z.array(z.uuid()),
  }),
});

/**
 * Takes an image back from projects. With the last one the image becomes `private` where `closes`; where not, it has to
 * be `shared`. Refused as a whole: image.not_found, auth.forbidden, share.public_image, share.not_shared. Refused one by one: share.not_found, share.repeated.
 */
export const UnshareImage = defineRequest('sharing', 'unshareImage', {
  kind: 'command',
  request: imageInRegion.extend({ project_ids: sentIds, closes: z.boolean() }),
  response: z.object({
    results: z.array(shareAnswer.extend({ project_id: z.string() })),
    figures: memberFigures,
    event_ids: z.array(z.uuid()),
  }),
});

/**
 * With whom an image is shared, oldest first: all of it for its owner, its own share for a member, who is told no figures.
 * Refusals: image.not_found, auth.forbidden, share.public_image, share.not_shared (a private image where
 * `requires_shared`).
 */
export const ListImageShares = defineRequest('sharing', 'listImageShares', {
  kind: 'query',
  request: imageInRegion.extend({ requires_shared: z.boolean() }),
  response: z.object({ shares: z.array(shareRecord), figures: memberFigures.nullable() }),
});

/**
 * One share, for the owner of the image and for the project it is shared with. Refusals: as of `sharing.listImageShares`,
 * and share.not_found.
 */
export const ShowImageShare = defineRequest('sharing', 'showImageShare', {
  kind: 'query',
  request: imageInRegion.extend({ project_id: projectId, requires_shared: z.boolean() }),
  response: z.object({ share: shareRecord }),
});

/** What an inbox can be asked for; left out, it shows the shares that stand. */
export const inboxStatus = z.enum([...memberStatus.options, 'ended', 'all']);

/** The place in an inbox after which its next page begins. */
export const inboxMarker = z.object({ updated_at: instant, image_id: z.uuid() });

/** What is shared with the caller's project in a region, the newest change first. Refusals: auth.forbidden. */
export const ListShares = defineRequest('sharing', 'listShares', {
  kind: 'query',
  request: z.object({
    region: regionName,
    status: inboxStatus.nullable(),
    limit: z.int().min(1).max(1000),
    marker: inboxMarker.nullable(),
  }),
  response: z.object({
    shares: z.array(shareRecord),
    next_marker: inboxMarker.nullable(),
    /** Shares that wait for an answer, however the list is filtered: what a badge shows. */
    pending: z.int().min(0),
  }),
});

/**
 * Answers shares in the name of the project they are for; an answer can be changed as long as the share stands. Saying
 * again what was said changes nothing. Refused as a whole: auth.forbidden. Refused one by one: share.not_found,
 * share.ended, share.repeated.
 */
export const AnswerShares = defineRequest('sharing', 'answerShares', {
  kind: 'command',
  request: z.object({
    region: regionName,
    image_ids: sentIds,
    status: memberStatus,
    /** Null: the caller's own; an operator may answer for any. */
    project_id: projectId.nullable().default(null),
  }),
  response: z.object({
    results: z.array(shareAnswer.extend({ image_id: z.string() })),
    event_ids: z.array(z.uuid()),
  }),
});
