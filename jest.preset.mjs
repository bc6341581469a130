/** One Jest set-up for every project: ESM through swc, libs read from source so that no build is needed first. */
export default function project(name) {
  return {
    displayName: name,
    testEnvironment: 'node',
    // A net, not a measure: real servers on a busy machine take their time.
    testTimeout: 60_000,
    testMatch: ['**/*.spec.ts'],
    testPathIgnorePatterns: ['/node_modules/', '/dist/'],
    extensionsToTreatAsEsm: ['.ts'],
    testEnvironmentOptions: { customExportConditions: ['@imago/source', 'node', 'node-addons'] },
    transform: {
      '^.+\\.ts$': [
        '@swc/jest',
        {
          swcrc: false,
          sourceMaps: 'inline',
          jsc: {
            target: 'es2023',
            keepClassNames: true,
            parser: { syntax: 'typescript', decorators: true },
            transform: { legacyDecorator: true, decoratorMetadata: true },
          },
          module: { type: 'es6' },
        },
      ],
    },
  };
}
