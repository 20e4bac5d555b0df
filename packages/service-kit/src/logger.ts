import { pino, type DestinationStream, type Logger } from 'pino';
import { activeSpanIds } from '@lacuna/telemetry';

export type { Logger } from 'pino';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LoggerOptions {
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

/** A log file, appended to, its folders made: where the all-in-one process writes, whose standard output belongs to people. */
export function logFile(path: string): DestinationStream {
  return pino.destination({ dest: path, append: true, mkdir: true, sync: true });
}
