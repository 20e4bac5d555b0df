import { once } from 'node:events';
import { stampedLog, type LogAnswer, type LogRequest } from '@lacuna/testing';

/** As it was asked for. */
function served(log: Uint8Array | string, { timestamps }: LogRequest): Buffer {
  return timestamps ? stampedLog(log) : Buffer.from(log);
}

/** All of it, and a good end. */
export function whole(log: Uint8Array | string): LogAnswer {
  return (response, request) => void response.end(served(log, request));
}

/** So much of it, and then the kubelet dies: the API server makes a good end of that. */
export function cutAfter(bytes: number, log: Uint8Array | string): LogAnswer {
  return (response, request) => {
    response.writeHead(200).flushHeaders();
    response.write(served(log, request).subarray(0, bytes), () => response.socket?.destroy());
  };
}

/** The log, and the kubelet's words about it in the same body. */
export function withText(log: string, text: string): LogAnswer {
  return (response, request) => void response.end(Buffer.concat([served(log, request), Buffer.from(text)]));
}

export function status(code: number, text = ''): LogAnswer {
  return (response) => void response.writeHead(code).end(text);
}

/** The log, and then silence, for as long as the reader likes. Without `follow` the same with an end. */
export function silentAfter(log: string): LogAnswer {
  return async (response, request) => {
    response.writeHead(200).flushHeaders();
    response.write(served(log, request));
    if (request.follow) await once(response, 'close');
    else response.end();
  };
}
