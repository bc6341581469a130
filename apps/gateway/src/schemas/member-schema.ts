const readOnly = (description: string): object => ({ readOnly: true, type: 'string', description });

/** What a project an image is shared with looks like. */
export const MEMBER_SCHEMA = {
  name: 'member',
  properties: {
    member_id: { type: 'string', description: 'Project the image is shared with' },
    image_id: {
      type: 'string',
      pattern: '^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$',
      description: 'Image that is shared',
    },
    status: { type: 'string', enum: ['pending', 'accepted', 'rejected'], description: 'What the project said to it' },
    created_at: readOnly('When it was shared'),
    updated_at: readOnly('When that changed last'),
    schema: readOnly('Path of this description'),
  },
} as const;
