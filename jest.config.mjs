export default {
  projects: [
    '<rootDir>/libs/*',
    '<rootDir>/apps/*',
    '<rootDir>/tools/commands',
    '<rootDir>/tools/demo-image',
    '<rootDir>/tools/infra',
    '<rootDir>/tools/system',
  ],
  // A net, not a measure: real servers on a busy machine take their time. Jest reads it here alone when it runs them all.
  testTimeout: 60_000,
  testSequencer: '<rootDir>/jest.sequencer.mjs',
  coverageProvider: 'v8',
};
