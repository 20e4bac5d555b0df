import { defineConfig } from 'vitest/config';

// A run of its own, started by server-binary.integration.test.ts.
export default defineConfig({
  test: {
    root: new URL('.', import.meta.url).pathname,
    include: ['*.sample.ts'],
    globalSetup: ['../../src/global-setup.ts'],
  },
});
