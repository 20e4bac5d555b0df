import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { openBrowser } from './browser.ts';
import { startSystem, type System, type SystemOptions } from './system.ts';

interface Opened {
  readonly system: System;
  /** A tab of its own for each test. */
  readonly page: Page;
}

/** One system and one browser for all tests of a file; gives each test a tab before it begins. Skips them where there is no browser. */
export function eachInBrowser(options: SystemOptions, give: (opened: Opened) => void): void {
  let system: System;
  let browser: Browser | undefined;

  beforeAll(async () => {
    browser = await openBrowser();
    if (browser !== undefined) system = await startSystem(options);
  });
  afterAll(async () => {
    await browser?.close();
    await system?.[Symbol.asyncDispose]();
  });
  beforeEach(async (context) => {
    if (browser === undefined) return context.skip('no Chromium at /usr/bin/chromium; name one by CHROMIUM');
    const page = await browser.newPage();
    page.setDefaultTimeout(20_000);
    give({ system, page });
  });
}
