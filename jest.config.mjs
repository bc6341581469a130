export default {
  projects: [
    '<rootDir>/libs/*',
    '<rootDir>/apps/*',
    '<rootDir>/tools/demo-image',
    '<rootDir>/tools/infra',
    '<rootDir>/tools/system',
  ],
  coverageProvider: 'v8',
};
