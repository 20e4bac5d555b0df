import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually, freePort, tempDir } from '@lacuna/testing';

/** The part of Alertmanager's own answer that a test looks at. */
interface ActiveAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A real Alertmanager, as Debian ships it. */
interface Alertmanager extends AsyncDisposable {
  readonly url: string;
  /** Alerts that are firing now, by Alertmanager's own reckoning. */
  firing(evaluation: string): Promise<ActiveAlert[]>;
}

const PROGRAM = '/usr/bin/prometheus-alertmanager';

/** In CI a missing Alertmanager is a failure; elsewhere `undefined`, and the test skips. */
export async function startAlertmanager(): Promise<Alertmanager | undefined> {
  try {
    accessSync(PROGRAM);
  } catch (error) {
    if (process.env['CI'] !== undefined) throw error;
    return undefined;
  }
  const dir = await tempDir();
  const config = join(dir.path, 'alertmanager.yml');
  await writeFile(config, 'route: { receiver: none }\nreceivers: [{ name: none }]\n');
  const url = `http://127.0.0.1:${await freePort()}`;
  const listen = `--web.listen-address=${new URL(url).host}`;
  const child = spawn(
    PROGRAM,
    [`--config.file=${config}`, `--storage.path=${dir.path}`, listen, '--cluster.listen-address='],
    { stdio: 'ignore' },
  );
  const exited = once(child, 'exit');
  await eventually('Alertmanager ready', async () => (await fetch(`${url}/-/ready`)).ok, { withinMs: 20_000 });
  return {
    url,
    async firing(evaluation) {
      const filter = encodeURIComponent(`evaluation="${evaluation}"`);
      return (await (await fetch(`${url}/api/v2/alerts?active=true&filter=${filter}`)).json()) as ActiveAlert[];
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
      await dir[Symbol.asyncDispose]();
    },
  };
}
