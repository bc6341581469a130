/** Every service, by the one name its folder, schema, roles, queues and routing keys carry. */
export const SERVICES = [
  'gateway',
  'catalog',
  'import',
  'capture',
  'export',
  'sharing',
  'quota',
  'compute',
  'activity',
] as const;

export type Service = (typeof SERVICES)[number];
