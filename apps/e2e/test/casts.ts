import type { InstallationUser } from '@imago/system';

/** Who plays in a suite beside its own alice and bob. */
export interface Cast {
  readonly others?: readonly {
    readonly name: string;
    /** The project of one of the two, or one of its own. */
    readonly project: 'alice' | 'bob' | 'own';
    readonly role: InstallationUser['role'];
  }[];
  /** Images its alice may have, where the default is too few; the operator grants them. */
  readonly images?: number;
  /** Its alice and bob are the installation's own, with the names that documents use. */
  readonly known?: true;
}

/**
 * The suites that leave a system as they found it, by the system they share when all tests run; see together.ts. Whoever
 * changes what others see, kills servers, or needs other settings, starts a system of its own.
 */
export const TOGETHER = {
  tenants: {
    clients: { known: true },
    'console-images': {},
    'policy-walk': {
      others: [
        { name: 'reader', project: 'alice', role: 'reader' },
        { name: 'accepted', project: 'own', role: 'member' },
        { name: 'pending', project: 'own', role: 'member' },
        { name: 'rejected', project: 'own', role: 'member' },
      ],
      images: 500,
    },
    'event-stream': { images: 100 },
    'image-api': {
      others: [
        { name: 'reader', project: 'alice', role: 'reader' },
        { name: 'accepted', project: 'own', role: 'member' },
        { name: 'pending', project: 'own', role: 'member' },
        { name: 'rejected', project: 'own', role: 'member' },
      ],
      images: 500,
    },
    'offline-imports': {},
    refusals: {},
    sharing: {},
    spine: {},
    uploads: {},
    webhooks: {},
  },
  // The console's first: it compares what it shows with the whole log.
  machines: {
    console: { images: 100 },
    captures: {},
    servers: {},
    'console-making': {},
    'console-operator': {},
    crashes: {},
  },
} as const satisfies Record<string, Readonly<Record<string, Cast>>>;

export type Company = keyof typeof TOGETHER;

/** A suite's name is its file's. */
export type SharingSuite = { [Each in Company]: keyof (typeof TOGETHER)[Each] & string }[Company];

/** The casts of all suites, by their names. */
export const CASTS = Object.assign({}, ...Object.values(TOGETHER)) as Readonly<Record<SharingSuite, Cast>>;
