export type { S3AdminOptions } from './admin-client.ts';
export { S3Admin } from './admin-client.ts';
export type { S3Server, S3ServerOptions } from './server.ts';
export { startS3Server } from './server.ts';
export type { AccessKey } from './state.ts';
