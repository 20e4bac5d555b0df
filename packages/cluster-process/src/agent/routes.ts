import type { JobRef, JobRequest } from '@lacuna/cluster';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { relist } from './job-entry.ts';
import type { JobTable } from './job-table.ts';
import type { Kubelet } from './kubelet.ts';
import { readLog, type LogSource, type ReadPosition } from './log-source.ts';
import type { StoredOutput } from './stored-output.ts';
import type { WatchFeed } from './watch-feed.ts';

export interface Routes {
  readonly kubelet: Kubelet;
  readonly table: JobTable;
  readonly feed: WatchFeed;
  /** Makes the agent stop all containers and exit. */
  readonly shutdown: () => void;
}

/** What the client of a new Job says of the label `lacuna.fault`. */
function allowsFaults({ searchParams }: URL): boolean {
  return searchParams.get('faults') === 'allowed';
}

/** Answers one request of a client. Outcomes travel as JSON with status 200; the log and the watch as streams. */
export async function route(routes: Routes, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://agent');
  const [, collection = '', name = '', verb = ''] = url.pathname.split('/');
  const ref: JobRef = { name: decodeURIComponent(name), uid: url.searchParams.get('uid') ?? '' };
  switch (`${request.method} /${collection}${verb === '' ? '' : `/${verb}`}`) {
    case 'GET /healthz':
      return answer(response, 200, { pid: process.pid });
    case 'POST /jobs':
      return answer(response, 200, await routes.kubelet.ensure((await json(request)) as JobRequest, allowsFaults(url)));
    case 'POST /jobs/stop':
      return answer(response, 200, routes.kubelet.stop(ref));
    case 'DELETE /jobs':
      return answer(response, 200, await routes.kubelet.remove(ref));
    case 'GET /watch':
      return routes.feed.attach(response, [...routes.table.committed()].flatMap(relist));
    case 'GET /logs':
      return serveLog(routes.kubelet, name, url.searchParams, response);
    case 'GET /reports':
      return serve(routes.kubelet.report(name), { offset: 0, follow: false }, response);
    case 'POST /shutdown':
      // Never answered: the end of the connection says that the agent has exited.
      return routes.shutdown();
    default:
      return answer(response, 404, { message: `no such call: ${request.method} ${url.pathname}` });
  }
}

function serveLog(kubelet: Kubelet, podUid: string, query: URLSearchParams, response: ServerResponse): Promise<void> {
  const found = kubelet.log(podUid, query.get('container') ?? '');
  return serve(found, { offset: Number(query.get('offset')), follow: query.get('follow') === 'true' }, response);
}

function serve(found: StoredOutput, position: ReadPosition, response: ServerResponse): Promise<void> {
  if (found.kind === 'found') return sendLog(found.source, position, response);
  answer(response, found.kind === 'waiting' ? 409 : 404, found);
  return Promise.resolve();
}

async function sendLog(source: LogSource, position: ReadPosition, response: ServerResponse): Promise<void> {
  const left = new AbortController();
  response.on('close', () => left.abort());
  response.writeHead(200, { 'content-type': 'application/octet-stream' }).flushHeaders();
  try {
    for await (const chunk of readLog(source, position, left.signal)) {
      if (!response.write(chunk)) await once(response, 'drain', { signal: left.signal });
    }
    response.end();
  } catch (error) {
    // Cut off, never ended as if whole: the client has to see a break.
    response.destroy();
    if (!left.signal.aborted) console.error('a log cannot be read:', error);
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
