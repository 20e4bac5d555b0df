import { once } from 'node:events';
import type { LogAnswer, LogRequest } from '@lacuna/testing';

/** The log as the kubelet sends it: a timestamp before every line, `firstNs` for the first and one more for each. */
export function stamped(log: Uint8Array | string, firstNs = 1): Buffer {
  const bytes = Buffer.from(log);
  const parts: Buffer[] = [];
  for (let start = 0, ns = firstNs; start < bytes.length; ns++) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline < 0 ? bytes.length : newline + 1;
    parts.push(Buffer.from(`2026-01-02T03:04:05.${String(ns).padStart(9, '0')}Z `), bytes.subarray(start, end));
    start = end;
  }
  return Buffer.concat(parts);
}

/** As it was asked for. */
function served(log: Uint8Array | string, { timestamps }: LogRequest): Buffer {
  return timestamps ? stamped(log) : Buffer.from(log);
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
