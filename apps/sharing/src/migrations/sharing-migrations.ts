import { CreateSharing1764400000000 } from './1764400000000-create-sharing.ts';

/** Every migration of this service, oldest first; none is edited once merged. */
export const SHARING_MIGRATIONS = [CreateSharing1764400000000];
