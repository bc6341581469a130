export default {
  projects: ['<rootDir>/libs/*', '<rootDir>/apps/*', '<rootDir>/tools/infra'],
  coverageProvider: 'v8',
};
