import nx from '@nx/eslint-plugin';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const services = ['gateway', 'catalog', 'import', 'capture', 'export', 'sharing', 'quota', 'compute', 'activity'];
const apps = [...services, 'console'];
const frameworks = ['@nestjs/*', 'typeorm', 'amqplib'];

/** Deny by default: a project may depend only on what its tags name here. Specs may also use type:testing. */
function boundaries(testing) {
  const also = testing ? ['type:testing'] : [];
  return [
    'error',
    {
      enforceBuildableLibDependency: true,
      allow: [],
      depConstraints: [
        ...apps.map((name) => ({
          sourceTag: `scope:${name}`,
          onlyDependOnLibsWithTags: [`scope:${name}`, 'scope:shared'],
        })),
        { sourceTag: 'scope:e2e', onlyDependOnLibsWithTags: ['scope:shared'] },
        { sourceTag: 'scope:shared', onlyDependOnLibsWithTags: ['scope:shared'] },
        {
          sourceTag: 'type:app',
          onlyDependOnLibsWithTags: ['type:driver', 'type:platform', 'type:domain', 'type:contracts', ...also],
        },
        {
          sourceTag: 'type:web',
          onlyDependOnLibsWithTags: ['type:contracts', ...also],
          bannedExternalImports: frameworks,
        },
        {
          sourceTag: 'type:driver',
          onlyDependOnLibsWithTags: ['type:platform', 'type:domain', 'type:contracts', ...also],
        },
        {
          sourceTag: 'type:platform',
          onlyDependOnLibsWithTags: ['type:platform', 'type:contracts', ...also],
        },
        {
          sourceTag: 'type:domain',
          onlyDependOnLibsWithTags: ['type:domain', ...also],
          bannedExternalImports: frameworks,
        },
        {
          sourceTag: 'type:contracts',
          onlyDependOnLibsWithTags: ['type:contracts', ...also],
          bannedExternalImports: frameworks,
        },
        { sourceTag: 'type:testing', onlyDependOnLibsWithTags: ['*'] },
        { sourceTag: 'type:e2e', onlyDependOnLibsWithTags: ['*'] },
      ],
    },
  ];
}

export default tseslint.config(
  { ignores: ['**/dist/**', '**/out-tsc/**', '**/node_modules/**', '.nx/**', '.imago/**'] },
  {
    plugins: { '@nx': nx },
    // Some disable a rule that asks for types, and those rules are oxlint's: docs/adr/0033-types-are-linted-by-oxlint.md.
    linterOptions: { reportUnusedDisableDirectives: 'off' },
  },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [...tseslint.configs.strict],
    rules: {
      '@nx/enforce-module-boundaries': boundaries(false),
      '@typescript-eslint/no-extraneous-class': 'off', // a Nest module is a class without members
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: 'Configuration is read once, in config.ts (libs/service loadConfig).',
        },
      ],
      'no-restricted-imports': [
        'error',
        {
          // The boundaries above do not see a package that exports nothing, which is what an app is.
          patterns: apps.map((name) => ({
            group: [`@imago/${name}`, `@imago/${name}/*`],
            message: 'Apps import no apps: they send requests and listen to events.',
          })),
        },
      ],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 4],
    },
  },
  {
    files: ['**/config.ts', '**/main.ts', 'libs/testing/**/*.ts', 'tools/**/*.ts', 'bench/**/*.ts', 'apps/e2e/**/*.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    // Constructor injection needs more than four parameters now and then, and value imports of the injected classes.
    files: ['apps/**/*.ts', 'libs/**/*.ts'],
    rules: { '@typescript-eslint/consistent-type-imports': 'off', 'max-params': ['error', 6] },
  },
  {
    files: ['apps/console/src/**/*.{ts,tsx}'],
    ignores: ['**/*.spec.ts'],
    extends: [reactHooks.configs.flat['recommended-latest']],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: '@imago/contracts',
              allowTypeImports: true,
              message: 'Of the contracts the console takes types alone: schemas are not for browsers to load.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['**/*.spec.ts', '**/test/**/*.ts', 'libs/*/src/testing/**/*.ts'],
    rules: {
      '@nx/enforce-module-boundaries': boundaries(true),
    },
  },
);
