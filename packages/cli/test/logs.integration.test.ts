import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { LogStatement } from '@lacuna/contracts';
import { eventually } from '@lacuna/testing';
import { describe, expect, test } from 'vitest';
import { ApiServer } from './support/api-server.ts';
import { lacuna, startLacuna } from './support/run-lacuna.ts';
import { cutLog, podMissing } from './support/stories.ts';
import { idOf, sealedLog, settledView, viewOf } from './support/views.ts';

const ID = idOf(7);
/** Every byte there is: no text, no UTF-8, and escape sequences. */
const BYTES = Buffer.from(Array.from({ length: 70_000 }, (_, i) => (i * 7) % 256));
const SHA = createHash('sha256').update(BYTES).digest('hex');

async function serverWithLog(log: LogStatement = sealedLog(BYTES.length, SHA)): Promise<ApiServer> {
  const server = await ApiServer.start(settledView('passed', { attempt: { log } }));
  server.setLog(ID, BYTES);
  return server;
}

describe('lacuna logs', () => {
  test('prints the bytes as they are, and last what is proven about them', async () => {
    await using server = await serverWithLog();
    const { code, stdout, stderr } = await lacuna(['logs', ID], server);
    expect(stdout.equals(BYTES)).toBe(true);
    expect({ code, stderr }).toEqual({ code: 0, stderr: `log sealed: 70 000 bytes, 812 lines, sha256 ${SHA}\n` });
  });

  test('--offset begins at that byte', async () => {
    await using server = await serverWithLog();
    const { code, stdout } = await lacuna(['logs', '--offset', '69000', '@latest'], server);
    expect(stdout.equals(BYTES.subarray(69_000))).toBe(true);
    expect(code).toBe(0);
  });

  test('--offset behind the end says that nothing is there, and how long the log is', async () => {
    await using server = await serverWithLog();
    const { code, stdout, stderr } = await lacuna(['logs', '--offset', '70001', ID], server);
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toMatch(/^nothing is there from byte 70 001 on\nlog sealed: 70 000 bytes, /);
  });

  test('notices when what arrives is not what was sealed', async () => {
    await using server = await serverWithLog(sealedLog(BYTES.length));
    const other = await lacuna(['logs', ID], server);
    expect(other.code).toBe(3);
    expect(other.last).toBe(`lacuna: what arrived is not that log: its sha256 is ${SHA}; try again`);
    server.setLog(ID, BYTES.subarray(0, 60_000));
    const short = await lacuna(['logs', ID], server);
    expect(short.code).toBe(3);
    expect(short.last).toContain('it ends at byte 60 000, the log has 70 000');
  });

  test('says how much of a cut log is lost', async () => {
    const { log } = cutLog().attempts[0] ?? {};
    if (log === undefined) throw new Error('the story has no log');
    await using server = await ApiServer.start(cutLog());
    server.setLog(ID, BYTES.subarray(0, log.bytes));
    const { stderr } = await lacuna(['logs', ID], server);
    expect(stderr).toContain('log truncated: 48 213 of 50 000 bytes, lost 1 787 from byte 48 213');
  });

  test('says why there is no log', async () => {
    await using server = await ApiServer.start(podMissing());
    const { code, stderr } = await lacuna(['logs', '-f', ID], server);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^no log: pod\.create missing: FailedCreate/);
  });

  test('of a program that still runs are what there is so far', async () => {
    await using server = await ApiServer.start(viewOf());
    server.setLog(ID, BYTES);
    const { code, stdout, last } = await lacuna(['logs', ID], server);
    expect(stdout.equals(BYTES)).toBe(true);
    expect({ code, last }).toEqual({
      code: 0,
      last: `log open: 70 000 bytes so far; follow it with: lacuna logs -f ${ID}`,
    });
  });

  test('-f goes on until the log is closed', async () => {
    await using server = await ApiServer.start(viewOf());
    server.setLog(ID, BYTES.subarray(0, 1_000));
    await using following = startLacuna(['logs', '-f', ID], server);
    await eventually('the first bytes are out', () => following.stdout().length === 1_000);
    server.setLog(ID, BYTES);
    server.change(viewOf({ phase: 'judging', attempt: { log: sealedLog(BYTES.length, SHA) } }));
    server.dropLogFollowers();
    const { code, stdout } = await following.outcome;
    expect(stdout.equals(BYTES)).toBe(true);
    expect(code).toBe(0);
  });

  test('--json prints the bytes in base64 and the statement, a line each', async () => {
    await using server = await serverWithLog();
    const { stdout, stderr } = await lacuna(['logs', '--json', ID], server);
    type Line = { readonly offset?: number; readonly base64?: string; readonly statement?: LogStatement };
    const lines = stdout
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    expect(Buffer.concat(lines.map(({ base64 }) => Buffer.from(base64 ?? '', 'base64'))).equals(BYTES)).toBe(true);
    expect(lines.at(-1)?.statement?.sha256).toBe(SHA);
    expect(stderr).toBe('');
  });

  test('says that it is in the archive', async () => {
    const logKept = { where: 'archive', since: 1, store: 'file:///var/lib/lacuna/logs' } as const;
    const log = sealedLog(BYTES.length, SHA);
    await using server = await ApiServer.start(settledView('passed', { attempt: { log, logKept } }));
    server.setLog(ID, BYTES);
    const { last } = await lacuna(['logs', ID], server);
    expect(last).toBe(`log sealed: 70 000 bytes, 812 lines, sha256 ${SHA}; it is in the archive ${logKept.store}`);
    const { stdout } = await lacuna(['logs', '--json', ID], server);
    expect(JSON.parse(stdout.toString().trimEnd().split('\n').at(-1) ?? '')).toMatchObject({ kept: logKept });
  });

  test('end without a word when the reader has gone', async () => {
    const long = Buffer.alloc(4 * 1024 * 1024, 'line\n');
    await using server = await ApiServer.start(viewOf({ attempt: { log: sealedLog(long.length) } }));
    server.setLog(ID, long);
    await using printing = startLacuna(['logs', ID], server);
    await once(printing.child.stdout ?? printing.child, 'data');
    printing.child.stdout?.destroy();
    const { code, stderr } = await printing.outcome;
    expect({ code, stderr }).toEqual({ code: 141, stderr: '' });
  });

  test('-f ends on Ctrl-C with 130', async () => {
    await using server = await ApiServer.start(viewOf());
    await using following = startLacuna(['logs', '-f', ID], server);
    await eventually('it follows', () => server.seen.some(({ path }) => path.endsWith('/log')));
    following.child.kill('SIGINT');
    expect(await following.outcome).toMatchObject({ code: 130, stderr: '' });
  });
});
