import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defined, runIdFrom, type RunPlace } from '@lacuna/contracts';
import { eventually, tempDir } from '@lacuna/testing';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { eachInBrowser } from '../support/each-in-browser.ts';
import { untilSettled } from '../support/settled.ts';
import type { System } from '../support/system.ts';

let system: System;
let page: Page;

eachInBrowser({}, (opened) => ({ system, page } = opened));

/** Two suites of one run that run until a file is there; the first fails. With a repetition of that one, which passes when another is. */
async function submitRun(go: string) {
  const run: RunPlace = { id: runIdFrom(randomBytes(16)), suite: 'shop', suites: ['shop', 'ledger'] };
  const submit = async (suite: string, script: string, alone?: number) => {
    const place = { ...run, suite, ...defined({ alone }) };
    const command = ['sh', '-c', script];
    return (await system.client.submit({ name: suite, command, report: 'none', run: place })).id;
  };
  const until = `until [ -e ${go} ]; do sleep 0.02; done`;
  const shop = await submit('shop', `echo begun; ${until}; exit 3`);
  const ledger = await submit('ledger', `echo begun; ${until}`);
  return { shop, ledger, repeatShop: () => submit('shop', `until [ -e ${go}-on ]; do sleep 0.02; done`, 1) };
}

test('the page shows the suites of a run side by side: when they overlapped, what became of each, and what it is like alone', async () => {
  await using dir = await tempDir();
  const go = join(dir.path, 'go');
  const { shop, ledger, repeatShop } = await submitRun(go);
  await page.goto(`${system.url}/#/${ledger}`);
  await page.getByRole('link', { name: 'the run of shop, ledger' }).click();
  await page.getByText('2 running').waitFor();
  // Drawn anew while both go on, without a reload.
  await page.getByText(/shop for \d/).waitFor();
  await writeFile(go, '');
  await page.getByText('1 failed, 1 passed').waitFor();
  await eventually('the title', async () => (await page.title()) === 'Run: 1 failed, 1 passed – Lacuna');
  const card = page.locator('.suite').filter({ hasText: /^shop/ });
  expect(await card.innerText()).toMatch(/failed[^]*exit code 3[^]*beside\s+ledger for [\d.]+\sm?s/);
  const bars = await page.locator('.timeline .bar:not(.thin)').all();
  const [first, second] = await Promise.all(bars.map((bar) => bar.boundingBox()));
  expect(Math.min(first!.x + first!.width, second!.x + second!.width)).toBeGreaterThan(Math.max(first!.x, second!.x));

  const repetition = await repeatShop();
  await card.getByText(/^… running$/).waitFor();
  expect(await card.getByRole('link', { name: 'alone 1' }).getAttribute('href')).toBe(`#/${repetition}`);
  await writeFile(`${go}-on`, '');
  await card.getByText('It fails together, and passes alone. Alone it passed 1 of 1 times.').waitFor();
  expect(await card.getByRole('link', { name: 'alone 1' }).count()).toBe(0);
  expect(await card.innerText()).toMatch(/same node\s+ledger \(local\)[^]*The suites disturb each other/);
  await page.setViewportSize({ width: 390, height: 844 });
  const [needed, given] = await page.evaluate<[number, number]>('[document.documentElement.scrollWidth, innerWidth]');
  expect(needed).toBeLessThanOrEqual(given);

  await page.goto(system.url);
  const row = page.getByRole('row').filter({ has: page.locator(`a[href="#/${repetition}"]`) });
  await row.getByRole('link', { name: 'alone 1' }).click();
  await card.getByRole('link', { name: 'shop' }).click();
  await page.getByText(shop).waitFor();
});

test('the page says of an evaluation that is of no run that it is of none', async () => {
  const { id } = await system.client.submit({ command: ['true'] });
  await untilSettled(system.client, id);
  await page.goto(`${system.url}/#/run/${id}`);
  await page.getByText(`${id} is of no run: it was not submitted by lacuna run`).waitFor();
  expect(await page.title()).toBe('Not to be had – Lacuna');
});
