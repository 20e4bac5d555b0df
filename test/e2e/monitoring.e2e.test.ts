import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tempDir } from '@lacuna/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { notExposed, notGroupable, seriesIn, type ExposedSeries } from '../support/exposed-metrics.ts';
import { CHART } from '../support/helm.ts';
import { promtool } from '../support/promtool.ts';
import { startSystem } from '../support/system.ts';

const RULES = join(CHART, 'files/alert-rules.yaml');
const DASHBOARD = join(CHART, 'files/dashboard.json');
const RULE_TESTS = fileURLToPath(new URL('../alert-rules.test.yaml', import.meta.url));

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[];
}
interface Dashboard {
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly w: number };
    readonly targets: readonly { readonly expr: string }[];
  }[];
}

const rules = async (): Promise<{ alert: string; expr: string }[]> =>
  (parse(await readFile(RULES, 'utf8')) as Rules).groups.flatMap((group) => group.rules);
const dashboard = async (): Promise<Dashboard> => JSON.parse(await readFile(DASHBOARD, 'utf8')) as Dashboard;

describe('what the services show', () => {
  let exposed: ExposedSeries[];
  beforeAll(async () => {
    await using system = await startSystem();
    const texts = await Promise.all(Object.values(system.services).map((service) => service.metrics()));
    exposed = texts.flatMap(seriesIn);
  });

  test('has every metric and label that an alert rule asks for', async () => {
    const wrong = (await rules()).flatMap(({ alert, expr }) =>
      [...notExposed(expr, exposed), ...notGroupable(expr, exposed)].map((what) => `${alert}: ${what}`),
    );
    expect(wrong).toEqual([]);
  });

  test('has every metric and label that the dashboard shows, and none that it does not', async () => {
    const { panels } = await dashboard();
    const queries = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
    expect(queries.flatMap((query) => [...notExposed(query, exposed), ...notGroupable(query, exposed)])).toEqual([]);
    const names = new Set(exposed.map(({ name }) => name));
    expect([...names].filter((name) => !queries.some((query) => query.includes(name)))).toEqual([]);
  });

  test('is not taken for what it is not', () => {
    const query = 'rate(lacuna_no_such_total[5m]) + lacuna_verdicts_total{verdict="excellent"}';
    expect(notExposed(query, exposed)).toEqual([
      'lacuna_no_such_total',
      'lacuna_verdicts_total{verdict="excellent"}: verdict is never excellent',
    ]);
    expect(notGroupable('sum by (colour) (rate(lacuna_verdicts_total[5m]))', exposed)).toHaveLength(1);
  });
});

test('every panel has a number of its own, a title and a place within the width of the page', async () => {
  const { panels } = await dashboard();
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  expect(panels.filter(({ title, gridPos }) => title === '' || gridPos.x + gridPos.w > 24)).toEqual([]);
});

test('Prometheus takes the rules, and each fires on what it is for and on nothing else', async (context) => {
  await using dir = await tempDir();
  await copyFile(RULES, join(dir.path, 'alert-rules.yaml'));
  await copyFile(RULE_TESTS, join(dir.path, 'test.yaml'));
  const checked = await promtool(['check', 'rules', join(dir.path, 'alert-rules.yaml')]);
  if (checked === undefined) return context.skip('no promtool: apt-get install prometheus');
  expect(checked).toMatch(/SUCCESS/);
  expect(await promtool(['test', 'rules', join(dir.path, 'test.yaml')])).toMatch(/SUCCESS/);
  const tested = await readFile(RULE_TESTS, 'utf8');
  expect((await rules()).filter(({ alert }) => !tested.includes(alert))).toEqual([]);
});
