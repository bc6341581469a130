import { CreateCapture1764300000000 } from './1764300000000-create-capture.ts';

/** Every migration of this service, oldest first; none is edited once merged. */
export const CAPTURE_MIGRATIONS = [CreateCapture1764300000000];
