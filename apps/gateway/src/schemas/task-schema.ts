import { jobType } from '@imago/contracts';

const text = (description: string): object => ({ type: 'string', description });
const perhaps = (description: string): object => ({ type: ['null', 'string'], description });
const ID = '^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$';

/** What a list of tasks says of each. */
export const PARTIAL_TASK_SCHEMA = {
  name: 'task',
  properties: {
    id: { ...text('Id of the task'), pattern: ID },
    type: { ...text('What is done'), enum: ['api_image_import', ...jobType.exclude(['import']).options] },
    status: { ...text('How far it is'), enum: ['pending', 'processing', 'success', 'failure'] },
    owner: text('Project it is done for'),
    image_id: { ...perhaps('Image it makes or reads'), pattern: ID },
    expires_at: perhaps('When it is forgotten'),
    created_at: text('When it was asked for'),
    updated_at: text('When it changed last'),
    self: text('Path of the task'),
    schema: text('Path of this description'),
  },
} as const;

/** A long operation as the OpenStack Image API knows it. */
export const TASK_SCHEMA = {
  name: 'task',
  properties: {
    ...PARTIAL_TASK_SCHEMA.properties,
    input: { type: ['null', 'object'], description: 'What was asked for' },
    result: { type: ['null', 'object'], description: 'What came of it' },
    message: text('Why it failed'),
    request_id: perhaps('Request that asked for it'),
    user_id: perhaps('Who asked for it'),
  },
} as const;
