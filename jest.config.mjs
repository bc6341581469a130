export default {
  projects: [
    '<rootDir>/libs/*',
    '<rootDir>/apps/*',
    '<rootDir>/tools/commands',
    '<rootDir>/tools/demo-image',
    '<rootDir>/tools/infra',
    '<rootDir>/tools/system',
  ],
  testSequencer: '<rootDir>/jest.sequencer.mjs',
  coverageProvider: 'v8',
};
