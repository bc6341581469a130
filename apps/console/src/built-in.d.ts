/** Names of all events, put here by the build: see vite.config.ts. */
declare const EVENT_TYPES: readonly string[];
