import { describe, expect, it } from 'vitest';
import { startProcess, type LogLine, type ServiceProcess } from './support/service-process.ts';

const start = (behaviour = 'normal'): ServiceProcess => startProcess('process-main.ts', { BEHAVIOUR: behaviour });
const inState = (state: string) => (line: LogLine) => line['state'] === state;
const statesOf = ({ lines }: ServiceProcess) => lines.map(({ state }) => state).filter((state) => state !== undefined);

describe('signals', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'the first %s drains, and the process exits with 0',
    async (signal) => {
      await using service = start();
      await service.line('ready', inState('ready'));
      service.kill(signal);
      expect(await service.exit).toBe(0);
      expect(statesOf(service)).toEqual(['ready', 'draining', 'stopped']);
      expect(service.lines).toContainEqual(expect.objectContaining({ state: 'draining', why: signal }));
      expect(service.lines).toContainEqual(expect.objectContaining({ msg: 'closed quiet' }));
    },
  );

  it('a second SIGTERM ends it at once, with 143', async () => {
    await using service = start('hanging');
    await service.line('ready', inState('ready'));
    service.kill('SIGTERM');
    await service.line('draining', inState('draining'));
    service.kill('SIGTERM');
    expect(await service.exit).toBe(143);
  });

  it('a SIGINT after a SIGTERM ends it at once, with 130', async () => {
    await using service = start('hanging');
    await service.line('ready', inState('ready'));
    service.kill('SIGTERM');
    await service.line('draining', inState('draining'));
    service.kill('SIGINT');
    expect(await service.exit).toBe(130);
  });

  it('one Ctrl-C that comes twice drains; a later one ends it, with 130', async () => {
    await using service = start('hanging');
    await service.line('ready', inState('ready'));
    const pressed = performance.now();
    service.kill('SIGINT');
    await service.line('draining', inState('draining'));
    const press = setInterval(() => service.kill('SIGINT'), 50);
    expect(await service.exit).toBe(130);
    clearInterval(press);
    expect(performance.now() - pressed).toBeGreaterThan(300);
  });

  it('a stop that is not done within its time exits with 1 and says what was late', async () => {
    await using service = start('late');
    await service.line('ready', inState('ready'));
    service.kill('SIGTERM');
    expect(await service.exit).toBe(1);
    expect(service.lines.at(-1)).toMatchObject({ state: 'failed', msg: 'failed: busy did not stop within 100 ms' });
    expect(service.lines).toContainEqual(expect.objectContaining({ msg: 'closed quiet' }));
  });
});

describe('failures', () => {
  it.each([
    ['failing start', 'failed: stream drift'],
    ['closed', 'failed: busy ended: authorization violation'],
  ])('%s: the process closes what it has and exits with 1', async (behaviour, msg) => {
    await using service = start(behaviour);
    expect(await service.exit).toBe(1);
    expect(service.lines).toContainEqual(expect.objectContaining({ level: 'fatal', msg }));
    expect(service.lines).toContainEqual(expect.objectContaining({ msg: 'closed quiet' }));
  });

  it.each([
    ['forgotten rejection', 'unhandled rejection', 'nobody listens'],
    ['forgotten throw', 'uncaught exception', 'nobody catches'],
  ])('%s: the process logs it and exits with 1', async (behaviour, msg, message) => {
    await using service = start(behaviour);
    expect(await service.exit).toBe(1);
    expect(service.lines.at(-1)).toMatchObject({ level: 'fatal', msg, err: { message } });
  });
});
