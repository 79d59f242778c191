/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';

const config: Config = {
  // Most tests wait for processes and disks: all cores are worth using, the one that jest would leave free too.
  maxWorkers: '100%',
  testSequencer: '<rootDir>/scripts/longest-first.cjs',
  roots: ['<rootDir>/packages', '<rootDir>/services'],
  testMatch: ['**/src/**/*.spec.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
    ],
  },
  // Tests run on the sources, so that a failing line is the line in the editor.
  moduleNameMapper: {
    ...(process.env.RAPPORT_PROPERTY_SHARE === undefined ? {} : { '^fast-check$': '<rootDir>/scripts/fewer-runs.cjs' }),
    '^@rapport/engine-service$': '<rootDir>/services/engine/src/index.ts',
    '^@rapport/([a-z-]+)$': '<rootDir>/packages/$1/src/index.ts',
    '^@rapport/([a-z-]+)/([a-z-]+)$': '<rootDir>/packages/$1/src/$2.ts',
  },
  modulePathIgnorePatterns: ['/dist/'],
  // A test that hangs ends; one on a busy machine has room. No test relies on being quick.
  testTimeout: 300_000,
};

export default config;
