import type { Attributes } from '@opentelemetry/api';

/**
 * The names of what spans say: OpenTelemetry's semantic conventions 1.45 and, below `imago.`, ours. Written down here and
 * not imported: the package that has them is thousands of names, and would be loaded by services that trace nothing.
 */
export const ATTRIBUTE = {
  errorType: 'error.type',
  httpMethod: 'http.request.method',
  httpRoute: 'http.route',
  httpStatus: 'http.response.status_code',
  urlPath: 'url.path',
  urlScheme: 'url.scheme',
  messagingSystem: 'messaging.system.name',
  messagingOperation: 'messaging.operation.name',
  messagingOperationType: 'messaging.operation.type',
  messagingDestination: 'messaging.destination.name',
  messagingRoutingKey: 'messaging.rabbitmq.destination.routing_key',
  messagingMessageId: 'messaging.message.id',
  messagingBodySize: 'messaging.message.body.size',
  rpcSystem: 'rpc.system.name',
  rpcMethod: 'rpc.method',
  s3Bucket: 'aws.s3.bucket',
  requestId: 'imago.request.id',
  correlationId: 'imago.correlation.id',
  /** The code of a refusal or fault, as docs/errors.md lists them. */
  errorCode: 'imago.error.code',
  eventType: 'imago.event.type',
  projectId: 'imago.project.id',
  imageId: 'imago.image.id',
  serverId: 'imago.server.id',
  jobId: 'imago.job.id',
  jobType: 'imago.job.type',
  jobPhase: 'imago.job.phase',
  jobAttempt: 'imago.job.attempt',
  /** Which holding of the job it is; grows when another worker takes over. */
  jobFencingToken: 'imago.job.fencing_token',
  /** What became of it: `succeeded`, `retry`, `failed` and the like. */
  outcome: 'imago.outcome',
} as const;

const SUBJECTS = {
  project_id: ATTRIBUTE.projectId,
  image_id: ATTRIBUTE.imageId,
  server_id: ATTRIBUTE.serverId,
  job_id: ATTRIBUTE.jobId,
} as const;

/** Ids have this form; nothing else of a message, whoever wrote it, gets into a span. */
const ID = /^[0-9A-Za-z-]{1,64}$/;

/** What a request or an event is about, as far as its data name it by id; of the rest nothing is told. */
export function subjectsOf(data: unknown): Attributes {
  const found: Attributes = {};
  for (const [name, attribute] of Object.entries(SUBJECTS)) tell(found, attribute, memberOf(data, name));
  tell(found, ATTRIBUTE.jobId, memberOf(memberOf(data, 'job'), 'id'));
  return found;
}

function tell(found: Attributes, attribute: string, value: unknown): void {
  if (typeof value === 'string' && ID.test(value)) found[attribute] = value;
}

function memberOf(data: unknown, name: string): unknown {
  return typeof data === 'object' && data !== null ? Reflect.get(data, name) : undefined;
}
