import { chromium, type Browser } from 'playwright-core';

/** Keeps Chromium off everything but the pages of the test. */
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The real Chromium, as the distribution ships it. In CI a missing one is a failure; elsewhere `undefined`, and the test skips. */
export async function openBrowser(): Promise<Browser | undefined> {
  const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
  try {
    return await chromium.launch({ executablePath, args: QUIET });
  } catch (error) {
    if (process.env['CI'] !== undefined) throw error;
    return undefined;
  }
}
