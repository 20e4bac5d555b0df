import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { eventually, startNats } from '@lacuna/testing';
import { startProcess, type LogLine, type ServiceProcess } from './support/service-process.ts';

const inState = (state: string) => (line: LogLine) => line['state'] === state;
const saying = (msg: string) => (line: LogLine) => line['msg'] === msg;
const messagesOf = ({ lines }: ServiceProcess) => lines.map(({ msg }) => msg);

async function probesOf(service: ServiceProcess): Promise<string> {
  return String((await service.line('the probes', saying('probes are answered')))['url']);
}

async function readinessOf(url: string): Promise<{ readonly status: number; readonly waitingFor: unknown }> {
  const response = await fetch(`${url}/readyz`);
  return { status: response.status, waitingFor: ((await response.json()) as { waitingFor: unknown }).waitingFor };
}

describe('a service of its own', () => {
  it('starts, answers probes and scrapes, and stops in reverse order with 0', async () => {
    await using nats = await startNats();
    await using service = startProcess('service-main.ts', {
      LACUNA_NATS_URL: nats.url,
      LACUNA_GREETING: 'good morning',
    });
    const url = await probesOf(service);
    await service.line('ready', inState('ready'));
    expect(await readinessOf(url)).toEqual({ status: 200, waitingFor: [] });
    const metrics = await fetch(`${url}/metrics`).then((response) => response.text());
    expect(metrics).toContain('lacuna_echo_said_total 1');
    expect(metrics).toContain('lacuna_ready 1');

    service.kill('SIGTERM');

    expect(await service.exit).toBe(0);
    expect(messagesOf(service)).toEqual([
      'configuration',
      'probes are answered',
      'good morning',
      'ready',
      'draining',
      'no new work',
      'echo closed',
      'cluster closed',
      'stopped',
    ]);
    expect(service.lines).toContainEqual(expect.objectContaining({ msg: 'echo closed', bus: 'connected' }));
  });

  it('logs its effective configuration once, secrets masked', async () => {
    await using nats = await startNats();
    const env = { LACUNA_NATS_URL: nats.url, LACUNA_NATS_PASSWORD: 'hunter2', LACUNA_PACE: '2m', LACUNA_GREETNG: 'x' };
    await using service = startProcess('service-main.ts', env);
    const { config } = await service.line('the configuration', saying('configuration'));
    expect(config).toMatchObject({ LACUNA_PACE: 120_000, LACUNA_NATS_PASSWORD: '***', LACUNA_GREETING: 'hello' });
    await service.line(
      'the warning',
      saying('LACUNA_GREETNG is no setting, and has no effect; did you mean LACUNA_GREETING?'),
    );
    await service.line('ready', inState('ready'));
    expect(JSON.stringify(service.lines)).not.toContain('hunter2');
  });

  it('waits for NATS as long as it takes and says so, is not ready while it is away, and comes back', async () => {
    await using nats = await startNats();
    await nats.kill9();
    await using service = startProcess('service-main.ts', { LACUNA_NATS_URL: nats.url });
    const url = await probesOf(service);
    const waiting = { status: 503, waitingFor: ['echo: messaging'] };
    await eventually('it waits', async () => isDeepStrictEqual(await readinessOf(url), waiting));
    expect((await fetch(`${url}/healthz`)).status).toBe(200);

    await nats.restart();
    await service.line('ready', inState('ready'));
    await eventually('ready', async () => (await readinessOf(url)).status === 200);

    await nats.kill9();
    expect(
      await eventually('not ready', async () => readinessOf(url).then((now) => now.status === 503 && now)),
    ).toEqual(waiting);

    await nats.restart();
    await eventually('ready again', async () => (await readinessOf(url)).status === 200);
  });

  it('can be stopped while it waits for NATS', async () => {
    await using nats = await startNats();
    await nats.kill9();
    await using service = startProcess('service-main.ts', { LACUNA_NATS_URL: nats.url });
    await probesOf(service);
    service.kill('SIGTERM');
    expect(await service.exit).toBe(0);
  });

  it('exits with 1 when its bus is closed for good', async () => {
    await using nats = await startNats();
    await using service = startProcess('service-main.ts', { LACUNA_NATS_URL: nats.url, LACUNA_BREAK_BUS: 'true' });
    expect(await service.exit).toBe(1);
    expect(service.lines.at(-1)).toMatchObject({ level: 'fatal', msg: 'failed: echo: messaging ended: closed' });
  });

  it('does not start with a wrong configuration: exits with 1 and lists every problem', async () => {
    await using service = startProcess('service-main.ts', { LACUNA_PACE: 'often', LACUNA_BREAK_BUS: 'perhaps' });
    expect(await service.exit).toBe(1);
    expect(service.lines).toMatchObject([
      {
        level: 'fatal',
        err: { code: 'invalid-config', problems: [{ where: 'LACUNA_PACE' }, { where: 'LACUNA_BREAK_BUS' }] },
      },
    ]);
  });
});

it('services that share a process start in order, log under their own names, and stop in reverse order', async () => {
  await using nats = await startNats();
  await using services = startProcess('composed-main.ts', { LACUNA_NATS_URL: nats.url });
  await services.line('ready', inState('ready'));
  services.kill('SIGTERM');
  expect(await services.exit).toBe(0);
  const told = services.lines
    .map(({ service, msg }) => [service, msg])
    .filter(([, msg]) => /hello|closed/.test(String(msg)));
  expect(told).toEqual([
    ['lacuna-first', 'hello'],
    ['lacuna-second', 'hello'],
    ['lacuna-second', 'echo closed'],
    ['lacuna-second', 'cluster closed'],
    ['lacuna-first', 'echo closed'],
    ['lacuna-first', 'cluster closed'],
  ]);
});
