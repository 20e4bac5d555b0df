import { defined, EXIT_CODES, type EvaluationView, type LogStatement } from '@lacuna/contracts';
import type { Command } from 'commander';
import { Interruption, INTERRUPTED_EXIT_CODE } from '../interruption.ts';
import { invocationOf, type Invocation } from '../invocation.ts';
import { LogCopy } from '../log-copy.ts';
import { jsonLogSink, logSink, type LogSink } from '../log-sink.ts';
import { wholeNumber } from '../option-values.ts';
import { describeLog } from '../render/describe-log.ts';
import { ID_HELP, resolveId } from '../resolve-id.ts';
import { counted, grouped } from '../text/numbers.ts';
import { withExamples } from '../with-examples.ts';

interface LogsOptions {
  readonly follow: boolean;
  readonly offset: number;
  readonly raw: boolean;
}

/** `lacuna logs`. */
export function logsCommand(command: Command): void {
  command
    .argument('<id>', ID_HELP)
    .option('-f, --follow', 'keep printing what is written, until the log is closed', false)
    .option('--offset <byte>', 'begin at this byte', wholeNumber(0), 0)
    .option('--raw', 'print the bytes unchanged, even to a terminal', false)
    .action(async (id: string, options: LogsOptions) => logs(invocationOf(command), id, options));
  withExamples(command, {
    'lacuna logs -f @latest': 'watch what was submitted last',
    'lacuna logs ev-3k9f2a > run.log': 'the raw bytes, checked against the sha256 of the log',
  });
}

async function logs(invocation: Invocation, text: string, { follow, offset, raw }: LogsOptions): Promise<void> {
  const { client, out, json } = invocation;
  const id = await resolveId(client, text);
  using interruption = new Interruption();
  const { signal } = interruption;
  const copy = new LogCopy(offset);
  const onAttempt = (attempt: number): void => {
    copy.restart();
    void invocation.err.line(`lacuna: attempt ${attempt}`);
  };
  try {
    const { state, body } = await client.log(id, { follow, offset, signal, onAttempt });
    await pour(body, copy, json ? jsonLogSink(out, offset) : logSink(out, { raw }));
    await conclude(invocation, { view: await client.get(id, { signal }), copy, closed: follow || state !== 'open' });
  } catch (error) {
    if (!interruption.happened) throw error;
    process.exitCode = INTERRUPTED_EXIT_CODE;
  }
}

async function pour(body: AsyncIterable<Uint8Array>, copy: LogCopy, sink: LogSink): Promise<void> {
  try {
    for await (const chunk of body) {
      copy.push(chunk);
      await sink.write(chunk);
    }
  } finally {
    await sink.end();
  }
}

interface Copied {
  readonly view: EvaluationView;
  readonly copy: LogCopy;
  /** Whether the log was closed when the copy was made: only then must they be equal. */
  readonly closed: boolean;
}

/** Says last what the log proves, and whether what arrived is that log. */
async function conclude({ out, err, json }: Invocation, { view, copy, closed }: Copied): Promise<void> {
  const statement = view.attempts.at(-1)?.log;
  const difference = closed && statement !== undefined ? copy.differenceTo(statement) : undefined;
  const kept = view.attempts.at(-1)?.logKept;
  const told = defined({ kept, difference });
  if (!json && copy.isBehindTheEnd) await err.line(`nothing is there from byte ${grouped(copy.end)} on`);
  if (json) await out.json({ statement: statement ?? null, ...told });
  else await err.line(sayLog(statement, view, copy));
  if (difference === undefined) return;
  if (!json) await err.line(`lacuna: what arrived is not that log: ${difference}; try again`);
  process.exitCode = EXIT_CODES.error;
}

function sayLog(statement: LogStatement | undefined, view: EvaluationView, copy: LogCopy): string {
  const { where, store } = view.attempts.at(-1)?.logKept ?? {};
  const place = where === 'archive' ? `; it is in the archive ${store ?? ''}` : '';
  if (statement !== undefined) return `log ${describeLog(statement)}${place}`;
  if (view.verdict !== undefined) return `no log: ${view.reason ?? view.verdict}`;
  return `log open: ${counted(view.life?.logBytes ?? copy.end, 'byte')} so far; follow it with: lacuna logs -f ${view.id}`;
}
