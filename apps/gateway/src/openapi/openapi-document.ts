import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { z } from 'zod';
import { isOpen } from '../edge/authenticate.ts';
import { PATCH_TYPES } from '../images/image-patch.ts';
import { listQuery, searchQuery } from '../images/list-query.ts';
import { answerSchemas } from './answer-schemas.ts';

/** RFC 9457, with what Imago adds to it; see docs/errors.md. */
const PROBLEM: NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string] = {
  type: 'object',
  required: ['type', 'status', 'title', 'code', 'detail', 'remedy', 'request_id'],
  properties: {
    type: { type: 'string' },
    status: { type: 'integer' },
    title: { type: 'string' },
    code: { type: 'string', description: 'Stable; every code stands in docs/errors.md' },
    detail: { type: 'string' },
    remedy: { type: 'string', description: 'What the caller can do about it' },
    request_id: { type: 'string' },
  },
};

/** Of operations that read their query themselves, in the ways of Glance. */
const QUERIES: Readonly<Record<string, z.ZodType>> = { 'Images.list': listQuery, 'ImageSearch.list': searchQuery };

const REFUSED = {
  description: 'Refused, with a code and a remedy',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
} as const;

/**
 * The gateway's own description, made from its controllers and the schemas they check requests with. It needs no running
 * neighbours: a preview of the application is enough.
 */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Imago')
    .setDescription('Images for clouds: the OpenStack Image API v2, and /v1 in the same style.')
    .setVersion('1')
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-Auth-Token' }, 'token')
    .addBearerAuth({ type: 'http', scheme: 'bearer' }, 'bearer')
    .build();
  const made = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}.${method}`,
  });
  const answers = answerSchemas();
  for (const [path, item] of Object.entries(made.paths)) {
    for (const [method, operation] of operationsOf(item)) {
      describeSuccess(operation, answers.byOperation.get(operation.operationId ?? ''));
      const query = QUERIES[operation.operationId ?? ''];
      if (operation.operationId === 'Images.update') operation.requestBody = PATCH_BODY;
      allowNoBody(operation);
      if (query !== undefined) operation.parameters = queryParameters(query);
      if (!isOpen(method, path)) operation.security = [{ token: [] }, { bearer: [] }];
      if (path.startsWith('/v1/')) operation.responses['default'] = REFUSED;
    }
  }
  const schemas = { ...made.components?.schemas, ...answers.schemas, Problem: PROBLEM };
  return { ...made, components: { ...made.components, schemas } };
}

/** Of the operation that reads its body itself, since it has media types of its own. */
const PATCH_BODY: Operation['requestBody'] = {
  required: true,
  content: {
    [PATCH_TYPES[1]]: {
      schema: {
        type: 'array',
        items: {
          type: 'object',
          required: ['op', 'path'],
          properties: {
            op: { type: 'string', enum: ['add', 'replace', 'remove'] },
            path: { type: 'string' },
            value: {},
          },
        },
      },
    },
  },
};

/** A body in which nothing may stand need not be sent; see `noBody`. */
function allowNoBody({ requestBody: body }: Operation): void {
  if (body === undefined || '$ref' in body) return;
  const schema = body.content['application/json']?.schema;
  const isEmpty = schema !== undefined && 'properties' in schema && Object.keys(schema.properties ?? {}).length === 0;
  if (isEmpty) body.required = false;
}

/** Says what an operation answers with when it succeeds, where that is known. */
function describeSuccess({ responses }: Operation, $ref: string | undefined): void {
  if ($ref === undefined) return;
  const content = { 'application/json': { schema: { $ref } } };
  for (const status of Object.keys(responses).filter((each) => each.startsWith('2')))
    responses[status] = { description: '', ...responses[status], content };
}

/** Of a query that is not checked by Nest, and that it therefore does not describe. */
function queryParameters(query: z.ZodType): Operation['parameters'] {
  const { properties = {} } = z.toJSONSchema(query, { target: 'openapi-3.0', io: 'input', unrepresentable: 'any' });
  return Object.entries(properties).map(([name, schema]) => ({
    ...{ name, in: 'query', required: false },
    schema: schema as object, // the library has types of its own for the same words
  }));
}

type PathItem = OpenAPIObject['paths'][string];
type Operation = NonNullable<PathItem['get']>;

function operationsOf(item: PathItem): readonly (readonly [method: string, operation: Operation])[] {
  const { get, put, post, patch, delete: remove, head } = item;
  return Object.entries({ GET: get, PUT: put, POST: post, PATCH: patch, DELETE: remove, HEAD: head }).filter(
    (entry): entry is [string, Operation] => entry[1] !== undefined,
  );
}
