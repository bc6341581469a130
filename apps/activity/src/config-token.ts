/** The token of the frozen configuration: zod's output is a type, not a class. */
export const ACTIVITY_CONFIG = 'ACTIVITY_CONFIG';
