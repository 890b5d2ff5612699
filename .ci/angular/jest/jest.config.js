const { createCjsPreset } = require('jest-preset-angular/presets');

const project = (name) => ({
  ...createCjsPreset(),
  displayName: name,
  setupFilesAfterEnv: [`<rootDir>/setup-${name}.ts`],
});

module.exports = {
  projects: [project('zone'), { ...project('zoneless'), testPathIgnorePatterns: ['node_modules', 'zone.spec'] }],
};
