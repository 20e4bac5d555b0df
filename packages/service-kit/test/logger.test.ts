import { expect, it, vi } from 'vitest';
import { Failure } from '@lacuna/contracts';
import { createLogger, logFile } from '../src/index.ts';

it('writes one JSON line with the service, the level in words and the time', () => {
  const { lines, destination } = memory();
  createLogger({ service: 'lacuna-dispatch', level: 'info', destination }).info({ evaluation: 'e1' }, 'admitted');
  expect(lines).toEqual([
    {
      level: 'info',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      service: 'lacuna-dispatch',
      evaluation: 'e1',
      msg: 'admitted',
    },
  ]);
});

it('is silent below its level', () => {
  const { lines, destination } = memory();
  createLogger({ service: 'x', level: 'warn', destination }).info('no');
  expect(lines).toEqual([]);
});

it('keeps the code and the problems of a failure', () => {
  const { lines, destination } = memory();
  const problems = [{ where: 'LACUNA_STORE', message: 'is not set' }];
  createLogger({ service: 'x', level: 'info', destination }).error(
    { err: new Failure('invalid-config', 'bad', { problems }) },
    'bad',
  );
  expect(lines).toMatchObject([{ err: { code: 'invalid-config', problems } }]);
});

it('goes on when its file takes nothing more, and says so once', async () => {
  const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const log = createLogger({ service: 'x', level: 'info', destination: logFile('/dev/full') });
  log.info('one');
  log.fatal('two');
  await new Promise(setImmediate);
  const told = written.mock.calls.map(([text]) => String(text));
  written.mockRestore();
  expect(told).toEqual([expect.stringMatching(/^the log \/dev\/full can't be written: ENOSPC/)]);
});

function memory(): { readonly lines: unknown[]; readonly destination: { write(line: string): void } } {
  const lines: unknown[] = [];
  return { lines, destination: { write: (line) => void lines.push(JSON.parse(line)) } };
}
