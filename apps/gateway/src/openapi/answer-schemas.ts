import { z } from 'zod';
import { accountAnswers } from './answers/account-answers.ts';
import { imageAnswers } from './answers/image-answers.ts';
import { jobAnswers } from './answers/job-answers.ts';
import { operatorAnswers } from './answers/operator-answers.ts';
import { serverAnswers } from './answers/server-answers.ts';
import { shareAnswers } from './answers/share-answers.ts';
import { uploadAnswers } from './answers/upload-answers.ts';

const ANSWERS = {
  ...imageAnswers,
  ...shareAnswers,
  ...jobAnswers,
  ...serverAnswers,
  ...accountAnswers,
  ...uploadAnswers,
  ...operatorAnswers,
};

const COMPONENTS = '#/components/schemas/';

/** What requests are answered with: schemas by their names, and by operation the reference to its own. */
export interface AnswerSchemas {
  readonly schemas: Readonly<Record<string, object>>;
  readonly byOperation: ReadonlyMap<string, string>;
}

/** Made from the contracts and the few documents the gateway writes itself. One answer in another is a reference to it. */
export function answerSchemas(): AnswerSchemas {
  const registry = z.registry<{ id: string }>();
  for (const [id, { schema }] of Object.entries(ANSWERS)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, {
    uri: (id) => COMPONENTS + id,
    target: 'openapi-3.0',
    unrepresentable: 'any',
  });
  return {
    schemas: Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, { ...schema, $id: undefined }])),
    byOperation: new Map(
      Object.entries(ANSWERS).flatMap(([id, { of }]) =>
        of.map((operation): [string, string] => [operation, COMPONENTS + id]),
      ),
    ),
  };
}
