import { defineConfig } from 'vitest/config';

/** Real servers and processes in most tests: generous limits, few workers. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    globalSetup: ['test/support/postgres-global.ts'],
    pool: 'forks',
    maxWorkers: 3,
    maxConcurrency: 3,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    // A poll ends when its condition holds; how long a busy machine takes until then says nothing.
    expect: { poll: { timeout: 30_000 } },
    // A failure on another machine is known by its message alone: let that hold what was compared.
    chaiConfig: { truncateThreshold: 400 },
    reporters: ['default'],
    // What the programs say is compared in English, whatever the machine's language is.
    env: { TRAINYARD_LANG: 'en' },
  },
});
