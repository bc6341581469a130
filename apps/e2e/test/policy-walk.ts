/** Everybody who stands in some relation to a thing of the owner's. */
export const RELATIONS = ['owner', 'reader', 'accepted', 'pending', 'rejected', 'stranger', 'operator'] as const;
export type Relation = (typeof RELATIONS)[number];

/** What a route is about: a thing of the owner's, made fresh where a request succeeds in changing it. */
export type Subject =
  | 'image'
  | 'image_job'
  | 'server'
  | 'quota_request'
  | 'webhook'
  | 'object_store'
  | 'upload'
  | 'nothing';

/** What one route answers to whom. */
export interface Expectation {
  readonly about: Subject;
  /** The status for each relation, in the order of {@link RELATIONS}. */
  readonly statuses: readonly number[];
  /** What is sent; a function where it names the subject. */
  readonly body?: object | ((ids: Readonly<Record<string, string>>) => object);
  /** The media type of a body that is not plain JSON. */
  readonly type?: string;
  /** What follows the path. */
  readonly query?: string;
  /** Values of other parameters of the path than the subject's id. */
  readonly path?: Readonly<Record<string, string>>;
}

type Rest = Omit<Expectation, 'about' | 'statuses'>;

/** Of an image that is shared: a status for each relation. */
export function image(statuses: readonly number[], rest: Rest = {}): Expectation {
  return { about: 'image', statuses, ...rest };
}

/** Of what belongs to a project alone: for its member, its reader, everybody else, and the operator. */
export function own(
  about: Subject,
  [owner, reader, stranger, operator]: readonly [number, number, number, number],
  rest: Rest = {},
): Expectation {
  return { about, statuses: [owner, reader, stranger, stranger, stranger, stranger, operator], ...rest };
}

/** Of what only operators have. */
export function operators(about: Subject, status: number, rest: Rest = {}, others = 403): Expectation {
  return { about, statuses: [...RELATIONS.slice(1).map(() => others), status], ...rest };
}

/** Of what is the same for everybody who may look. */
export function everybody(status: number, rest: Rest = {}): Expectation {
  return { about: 'nothing', statuses: RELATIONS.map(() => status), ...rest };
}
