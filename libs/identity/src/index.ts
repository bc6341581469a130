export * from './embedded-identity-provider.ts';
export * from './identity-provider.ts';
export * from './password.ts';
export * from './policy.ts';
export * from './request-context.ts';
export * from './roles.ts';
export * from './users-file.ts';
