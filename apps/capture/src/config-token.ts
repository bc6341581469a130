/** The token of the frozen configuration: zod's output is a type, not a class. */
export const CAPTURE_CONFIG = 'CAPTURE_CONFIG';
