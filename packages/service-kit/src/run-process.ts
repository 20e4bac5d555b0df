import { constants } from 'node:os';
import { Lifecycle, type LifecycleState } from './lifecycle.ts';
import type { Logger } from './logger.ts';

interface ProcessOptions {
  readonly log: Logger;
  /** How long the stop may take, in milliseconds. */
  readonly stopMs: number;
  /** Opens everything the process is made of; it is ready when this resolves. */
  readonly start: (life: Lifecycle) => Promise<void>;
}

/** SIGHUP: the terminal was closed. Without a stop, servers that were started with the process would outlive it. */
type StopSignal = 'SIGTERM' | 'SIGINT' | 'SIGHUP';

/** A terminal signals the whole process group, and npm passes the signal on as well: one Ctrl-C often comes twice. */
const SAME_PRESS_MS = 500;

/**
 * Runs a process from start to exit; the only place that touches signals and `process.exit`. The first SIGTERM, SIGINT or SIGHUP drains,
 * a second one ends at once. Exit codes: 0 after a clean stop, 1 after a failure or an unclean stop, 128 and the signal's number when told twice. A rejection that nobody handled ends the process as well: its state is unknown, and facts are durable.
 */
export async function runProcess({ log, stopMs, start }: ProcessOptions): Promise<never> {
  const life = new Lifecycle({ stopMs, onChange: (state) => logState(log, state) });
  onStopSignals(
    (signal) => void life.stop(signal),
    (signal) => {
      log.warn({ signal }, 'asked twice to stop; ending at once');
      process.exit(128 + constants.signals[signal]);
    },
  );
  process.on('unhandledRejection', (error) => crash(log, error, 'unhandled rejection'));
  process.on('uncaughtException', (error) => crash(log, error, 'uncaught exception'));
  const end = await life.run(start);
  return process.exit(end.kind === 'stopped' ? 0 : 1);
}

function onStopSignals(first: (signal: StopSignal) => void, again: (signal: StopSignal) => void): void {
  let told: { readonly signal: StopSignal; readonly at: number } | undefined;
  const receive = (signal: StopSignal): void => {
    const at = performance.now();
    if (told === undefined) {
      told = { signal, at };
      first(signal);
    } else if (signal === 'SIGTERM' || told.signal === 'SIGTERM' || at - told.at > SAME_PRESS_MS) again(signal);
  };
  process.on('SIGTERM', () => receive('SIGTERM'));
  process.on('SIGINT', () => receive('SIGINT'));
  process.on('SIGHUP', () => receive('SIGHUP'));
}

function crash(log: Logger, error: unknown, what: string): never {
  log.fatal({ err: error }, what);
  return process.exit(1);
}

function logState(log: Logger, state: LifecycleState): void {
  switch (state.kind) {
    case 'failed':
      return log.fatal({ state: state.kind, err: state.error }, `failed: ${state.error.message}`);
    case 'draining':
      return log.info({ state: state.kind, why: state.why }, 'draining');
    case 'starting':
    case 'ready':
    case 'stopped':
      return log.info({ state: state.kind }, state.kind);
  }
}
