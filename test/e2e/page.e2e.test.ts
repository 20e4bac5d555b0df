import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fact, runIdFrom } from '@lacuna/contracts';
import { connectBus } from '@lacuna/messaging';
import { eventually, tempDir } from '@lacuna/testing';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { eachInBrowser } from '../support/each-in-browser.ts';
import { untilSettled } from '../support/settled.ts';
import type { System } from '../support/system.ts';

let system: System;
let page: Page;

eachInBrowser({ env: { LACUNA_DEADLINES: 'pod.create=3s+1s' } }, (opened) => ({ system, page } = opened));

const settled = (id: Parameters<System['client']['get']>[0]) => untilSettled(system.client, id);

const PHONE = { width: 390, height: 844 };

async function expectFits(what: string): Promise<void> {
  const [needed, given] = await page.evaluate<[number, number]>('[document.documentElement.scrollWidth, innerWidth]');
  expect(needed, what).toBeLessThanOrEqual(given);
}

describe('the page', () => {
  test('lists evaluations as they come, without a reload', async () => {
    await page.goto(system.url);
    await page.getByText('live', { exact: true }).waitFor();
    await system.client.submit({ name: 'comes-later', command: ['sh', '-c', 'exit 3'] });
    const row = page.getByRole('row', { name: /comes-later.*failed.*exit code 3/ });
    await row.waitFor();
    expect(await row.count()).toBe(1);
  });

  test('comes again when the server has too many followers, and says so meanwhile', async () => {
    await page.route('**/v1/events', (route) => route.fulfill({ status: 503, body: '' }));
    await page.goto(system.url);
    await page.getByText('not connected, trying again').waitFor();
    await page.unroute('**/v1/events');
    const live = page.getByText('live', { exact: true });
    await live.waitFor();
    expect(await live.count()).toBe(1);
  });

  test('tells the day of what is not of today', async () => {
    const { id } = await system.client.submit({ name: 'of-yesterday', command: ['true'] });
    await settled(id);
    const row = page.getByRole('row', { name: /of-yesterday/ });
    await page.goto(system.url);
    const year = String(new Date().getFullYear());
    expect(await row.innerText()).not.toContain(year);
    await page.clock.setFixedTime(Date.now() + 2 * 86_400_000);
    await page.goto(system.url);
    await row.waitFor();
    expect(await row.innerText()).toContain(year);
  });

  test('is told apart in a row of tabs by its title, and its verdict by a sign and a word', async () => {
    const failed = await system.client.submit({ name: 'ends-with-3', command: ['sh', '-c', 'exit 3'] });
    const podless = await system.client.submit({
      name: 'has-no-pod',
      command: ['true'],
      labels: { 'lacuna.fault': 'no-pod' },
    });
    const titleOf = (text: string) => eventually(text, async () => (await page.title()) === text);
    await page.goto(`${system.url}/#/${podless.id}`);
    await titleOf('⚠ has-no-pod: error – Lacuna');
    await settled(failed.id);
    await page.goto(`${system.url}/#/${failed.id}`);
    await titleOf('✖ ends-with-3: failed – Lacuna');
    await page.goto(system.url);
    await titleOf('Evaluations – Lacuna');
    await page.getByRole('row', { name: /has-no-pod/ }).waitFor();
    expect(await page.getByRole('row', { name: /has-no-pod/ }).innerText()).toContain('⚠ error');
    expect(await page.getByRole('row', { name: /ends-with-3/ }).innerText()).toContain('✖ failed');
  });

  test('fits a phone, whatever the names are', async () => {
    await page.setViewportSize(PHONE);
    const { id } = await system.client.submit({ name: 'a'.repeat(120), command: ['printf', '%0200d', '1'] });
    await settled(id);
    const name = 'a'.repeat(120);
    for (const [path, shown] of [
      ['', page.getByRole('link', { name })],
      [`#/${id}`, page.getByRole('heading', { name })],
    ] as const) {
      await page.goto(`${system.url}/${path}`);
      await shown.waitFor();
      await expectFits(path);
    }
  });

  test('draws the hole of a pod that never came, with its reason', async () => {
    const { id } = await system.client.submit({
      name: 'podless',
      command: ['true'],
      labels: { 'lacuna.fault': 'no-pod' },
    });
    await settled(id);
    await page.goto(`${system.url}/#/${id}`);
    const hole = page.locator('.stage.missing');
    await hole.waitFor();
    expect(await hole.innerText()).toMatch(/pod\.create missing[^]*FailedCreate: .*exceeded quota/);
    expect(await page.locator('.stage.not-owed').count()).toBe(5);
    expect((await hole.locator('.bar').boundingBox())?.width).toBeGreaterThan(100);
    await page.getByText('There is none: no container ran.').waitFor();
    await page.setViewportSize(PHONE);
    await expectFits('a phone');
  });

  test('shows what a program printed as text: no markup, no script, no reordered reading', async () => {
    const evil = '<img src=x onerror="document.title=1"><script>document.title=2</script>\u202e txt.exe';
    const { id } = await system.client.submit({ name: 'evil\u202e', command: ['printf', '%s', evil], report: 'none' });
    await settled(id);
    await page.goto(`${system.url}/#/${id}`);
    const log = page.locator('pre.log');
    await log.waitFor();
    expect(await log.innerText()).toBe(evil.replace('\u202e', '\\u202e'));
    expect(await log.locator('*').count()).toBe(0);
    expect(await page.title()).toBe('✔ evil\\u202e: passed – Lacuna');
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('evil\\u202e ✔ passed');
  });

  test('shows the end of a log as it grows, and never more than that', async () => {
    await using dir = await tempDir();
    const go = join(dir.path, 'go');
    const script = `head -c 100000 /dev/zero | tr '\\0' a; echo; echo begun; until [ -e ${go} ]; do sleep 0.05; done; echo grown; exec sleep 60`;
    const { id } = await system.client.submit({ name: 'grows', command: ['sh', '-c', script], report: 'none' });
    await page.goto(system.url);
    await page.getByRole('link', { name: 'grows' }).press('Enter');
    const log = page.locator('pre.log');
    await log.getByText(/begun\n$/).waitFor();
    expect((await log.innerText()).length).toBeLessThan(70_000);
    await writeFile(go, '');
    await log.getByText(/begun\ngrown\n$/).waitFor();
    await page.getByText('not reached').first().waitFor();
    // Drawn anew meanwhile, and whoever has no mouse is still where the view begins.
    expect(await page.evaluate('document.activeElement.id')).toBe('view');
    await system.client.cancel(id);
    await settled(id);
    await page.getByText(/^sealed: 100 0\d\d bytes/).waitFor();
  });

  test('shows lines that end or begin again with a carriage return as lines', async () => {
    const command = ['printf', 'one\\r\\n1%%\\r2%%\\n'];
    const { id } = await system.client.submit({ name: 'returns', command, report: 'none' });
    await settled(id);
    await page.goto(`${system.url}/#/${id}`);
    await page.locator('pre.log').waitFor();
    expect(await page.locator('pre.log').textContent()).toBe('one\n1%\n2%\n');
  });

  test('draws the stages of each attempt', async () => {
    const command = ['sh', '-c', 'kill -KILL $$'];
    const { id } = await system.client.submit({ name: 'again', command, retries: 1, report: 'none' });
    await settled(id);
    await page.goto(`${system.url}/#/${id}`);
    await page.getByRole('heading', { name: 'Attempt 2 of 2' }).waitFor();
    expect(await page.locator('.timeline').count()).toBe(2);
  });

  test('leads from the newest evaluations to older ones, and back to where one was, with the keyboard too', async () => {
    for (const name of ['older', 'middle', 'newest']) await system.client.submit({ name, command: ['true'] });
    await page.route(/limit=200/, (route) =>
      route.continue({ url: route.request().url().replace('limit=200', 'limit=2') }),
    );
    await page.goto(system.url);
    const link = page.getByRole('link', { name: 'newest', exact: true });
    await link.waitFor();
    expect(await page.getByRole('link', { name: 'older', exact: true }).count()).toBe(0);
    await page.getByRole('link', { name: 'older evaluations' }).press('Enter');
    await page.getByRole('link', { name: 'older', exact: true }).waitFor();
    await eventually('the keyboard begins at the view', () =>
      page.evaluate<boolean>('document.activeElement.id === "view"'),
    );
    await page.goBack();
    await link.focus();
    await system.client.submit({ name: 'just-now', command: ['true'] });
    await page.getByRole('link', { name: 'just-now' }).waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toBe('newest');
  });

  test('says in the list that something is wrong with what goes on', async () => {
    const { id } = await system.client.submit({
      name: 'holed',
      command: ['true'],
      labels: { 'lacuna.fault': 'no-pod' },
    });
    await page.route(/evaluations\?limit/, async (route) => {
      const answer = await route.fetch();
      const { items } = (await answer.json()) as { items: { id: string }[] };
      const open = { phase: 'provisioning', verdict: undefined, reason: undefined, findings: 1 };
      await route.fulfill({ json: { items: items.map((item) => (item.id === id ? { ...item, ...open } : item)) } });
    });
    await page.goto(system.url);
    const row = page.getByRole('row', { name: /holed.*provisioning/ });
    await row.waitFor();
    expect(await row.innerText()).toContain('1 finding');
  });

  test('says of a log that retention has removed that it was, and not that nothing was written', async () => {
    const { id } = await system.client.submit({ name: 'removed', command: ['echo', 'hello'] });
    const view = await settled(id);
    const [podUid = ''] = view.attempts[0]?.podUids ?? [];
    const { bytes, sha256 } = view.attempts[0]?.log ?? { bytes: 0, sha256: '' };
    await using bus = await connectBus({ servers: [system.nats.url], name: 'test' });
    const removed = { podUid, bytes, sha256, retentionMs: 1 };
    await bus.publishFact(fact('log-removed', { evaluation: id, attempt: 1, at: Date.now() }, removed));
    await page.goto(`${system.url}/#/${id}`);
    await page.getByText(/^the log was removed by retention on .*: 6 bytes, sha256/).waitFor();
    expect(await page.getByText('Nothing was written.').count()).toBe(0);
  });

  test('says of a sealed log that it is sealed', async () => {
    const { id } = await system.client.submit({ name: 'fine', command: ['echo', 'hello'] });
    await settled(id);
    await page.goto(`${system.url}/#/${id}`);
    const seal = page.getByText(/^sealed: 6 bytes, 1 line, sha256/);
    await seal.waitFor();
    expect(await seal.getAttribute('class')).toBe('ok');
  });

  test('diagnoses what broke: the likeliest cause first, with the facts for it and what to do', async () => {
    const command = ['sh', '-c', 'seq 1 2000'];
    const { id } = await system.client.submit({ name: 'cut', command, labels: { 'lacuna.fault': 'cut-log:100' } });
    await settled(id);
    await page.goto(`${system.url}/#/${id}`);
    const first = page.locator('.causes > li').first();
    await first.waitFor();
    expect(await first.innerText()).toMatch(/^The end of the log is lost \(certain\)/);
    await page.getByRole('link', { name: 'all that is stored' }).waitFor();
    expect(await first.locator('.for').first().innerText()).toMatch(
      /log cut after byte 100: 8 793 of 8 893 bytes lost/,
    );
    expect(await first.locator('.advice').innerText()).toMatch(/Do not read this run as failed/);
    // As wide as the page, and not over anything else.
    expect((await first.boundingBox())?.width).toBeGreaterThan(400);
  });

  test('shows how a suite of a run compares with itself alone, and leads to the repetition', async () => {
    const run = { id: runIdFrom(randomBytes(16)), suite: 'e2e', suites: ['e2e'] };
    const spec = (exitCode: number) => ({ name: 'e2e', command: ['sh', '-c', `exit ${exitCode}`], report: 'none' });
    const together = await system.client.submit({ ...spec(1), run });
    await settled(together.id);
    const alone = await system.client.submit({ ...spec(0), run: { ...run, alone: 1 } });
    await settled(alone.id);
    await page.goto(`${system.url}/#/${together.id}`);
    await eventually('compared', async () => (await system.client.get(together.id)).alone !== undefined);
    await page.reload();
    await page.getByText('It fails together, and passes alone.').waitFor();
    await page.getByRole('link', { name: 'repetition 1' }).click();
    await page.getByText(alone.id).first().waitFor();
  });
});
