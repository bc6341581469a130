export default {
  projects: [
    '<rootDir>/libs/*',
    '<rootDir>/apps/*',
    '<rootDir>/tools/commands',
    '<rootDir>/tools/demo-image',
    '<rootDir>/tools/infra',
    '<rootDir>/tools/system',
  ],
  coverageProvider: 'v8',
};
