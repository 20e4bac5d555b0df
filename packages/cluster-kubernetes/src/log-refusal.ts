import { LogContradicted, LogNotFollowed, type LogOutcome } from '@lacuna/cluster';
import { messageOf, type ApiResponse } from './api-response.ts';
import { LogSourceError } from './log-text.ts';
import { describeError } from './loss.ts';

type LogRefusal = Exclude<LogOutcome, { kind: 'open' }>;

/** A log that the API server did not give. */
export class LogRefused extends Error {
  override readonly name = 'LogRefused';
  readonly refusal: LogRefusal;

  constructor(refusal: LogRefusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/** The kubelet's 400s have no code of their own. Source: its `validateContainerLogStatus`, Kubernetes 1.34. */
const NOT_YET = /is waiting to start|failing to pull/;
/**
 * What the API server makes of a 404 of the kubelet; its own says `pods "p" not found`. A kubelet that has just started knows no pods for a second, on a
 * busy node for longer, and their logs are there. Source: `NewGenericServerResponse` of apimachinery, `getContainerLogs` of the kubelet, 1.34.
 */
const NOT_KNOWN_YET = /^404: the server could not find the requested resource/;
/** Written into the body of a 200 when the runtime has no such container any more, or no file of its log. Source: kubelet 1.34. */
const LOST = /unable to retrieve container logs|no such file or directory/;
/** A node gives each user 128 such watches by default (`fs.inotify.max_user_instances`), one for each log that is followed. Source: `ReadLogs`, kubelet 1.34. */
const NO_WATCH = /failed to create fsnotify watcher/;

/**
 * | status | meaning |
 * |---|---|
 * | 204, 400 "is waiting to start" | waiting: no node yet, or no container |
 * | 404, other 400 | gone: no such pod, or its container left nothing |
 * | 404 of the kubelet, all others | unavailable |
 */
export function refusalOfStatus(response: ApiResponse): LogRefusal {
  const { status } = response;
  const message = messageOf(response);
  if (status === 204 || (status === 400 && NOT_YET.test(message))) return { kind: 'waiting', message };
  if ((status === 404 && !NOT_KNOWN_YET.test(message)) || status === 400) return { kind: 'gone', message };
  return { kind: 'unavailable', message };
}

/** What an error means that came before the first byte of a log. */
export function refusalOfError(error: unknown): LogRefusal {
  if (error instanceof LogRefused) return error.refusal;
  const message = describeError(error);
  return { kind: error instanceof LogSourceError && LOST.test(message) ? 'gone' : 'unavailable', message };
}

/**
 * The error with which the body of a log breaks that is there, though nothing new of it came: it contradicts what was read, or its node has no watch
 * left to follow it by, which a kubelet says behind what there is. Undefined for any other.
 */
export function breakOfLog(error: unknown): LogContradicted | LogNotFollowed | undefined {
  if (error instanceof LogContradicted) return error;
  const message = describeError(error);
  return NO_WATCH.test(message) ? new LogNotFollowed(message, { cause: error }) : undefined;
}
