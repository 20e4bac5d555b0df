import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { resolveBinary } from '@lacuna/servers';
import { tempDir } from '@lacuna/testing';
import { parseAllDocuments } from 'yaml';

/** The chart as it is installed. */
export const CHART = fileURLToPath(new URL('../../infra/kubernetes/chart', import.meta.url));

/** An object of the chart. */
export interface ChartObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [field: string]: unknown;
}

export interface HelmRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs helm to its end. `values` are given as a file, as people do. */
export async function helm(args: readonly string[], values: object = {}): Promise<HelmRun> {
  const found = await resolveBinary('helm');
  if (found.kind === 'unavailable') throw new Error(found.message);
  await using dir = await tempDir();
  const file = join(dir.path, 'values.yaml');
  await writeFile(file, JSON.stringify(values));
  const own = { HELM_CACHE_HOME: dir.path, HELM_CONFIG_HOME: dir.path, HELM_DATA_HOME: dir.path };
  const env = { PATH: process.env['PATH'] ?? '', HOME: dir.path, ...own };
  const withValues = ['lint', 'template', 'install', 'upgrade'].includes(args[0] ?? '') ? ['--values', file] : [];
  return await new Promise<HelmRun>((resolve) => {
    execFile(found.path, [...args, ...withValues], { env, maxBuffer: 64 * 2 ** 20 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
    });
  });
}

/** The objects of the chart with these values; throws what helm says when it refuses them. */
export async function renderChart(values: object = {}): Promise<ChartObject[]> {
  const { code, stdout, stderr } = await helm(['template', 'lacuna', CHART, '--namespace', 'lacuna'], values);
  if (code !== 0) throw new Error(stderr);
  return parseAllDocuments(stdout)
    .map((document) => document.toJS() as ChartObject | null)
    .filter((object) => object !== null);
}

/** The one object of a kind and name. */
export function objectOf(objects: readonly ChartObject[], kind: string, name: string): ChartObject {
  const found = objects.filter((object) => object.kind === kind && object.metadata.name === name);
  if (found.length !== 1) throw new Error(`the chart has ${found.length} ${kind} ${name}`);
  return found[0] as ChartObject;
}
