import { pino, type DestinationStream, type Logger } from 'pino';
import { activeSpanIds } from '@lacuna/telemetry';

export type { Logger } from 'pino';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
type LogLevel = (typeof LOG_LEVELS)[number];

interface LoggerOptions {
  /** The service that speaks, as its spans name it. */
  readonly service: string;
  readonly level: LogLevel;
  /** Standard output by default. */
  readonly destination?: DestinationStream;
}

/** JSON lines with the service, the time in ISO 8601 and, within a span, its ids. Written synchronously: the last line before an exit counts most. */
export function createLogger({
  service,
  level,
  destination = pino.destination({ dest: 1, sync: true }),
}: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      mixin: activeSpanIds,
    },
    destination,
  );
}

/** What is kept of a log that can't be written. Bytes; the rest is lost. */
const MOST_UNWRITTEN = 1024 * 1024;

/**
 * A log file, appended to, its folders made: where the all-in-one process writes, whose standard output belongs to people. When it can't be
 * written, as on a full disk, that is told once on standard error: a log is not worth the process, which has to end in good order even then.
 */
export function logFile(path: string): DestinationStream {
  const file = pino.destination({ dest: path, append: true, mkdir: true, sync: true, maxLength: MOST_UNWRITTEN });
  let isTold = false;
  file.on('error', (error: Error) => {
    if (!isTold) process.stderr.write(`the log ${path} can't be written: ${error.message}\n`);
    isTold = true;
  });
  // Written at once, it has nothing to flush; pino would flush it for a fatal line, and the library tries that for ever on a full disk.
  return { write: (line) => void file.write(line) };
}
