import type { IncomingMessage, ServerResponse } from 'node:http';

/** How a request for a file of `/var/log` is answered: a whole file, a status, or in whichever other way. */
type FileAnswer = Uint8Array | number | ((response: ServerResponse) => void);

/** The folder of a container's log on its node, by the names of its files; a status instead of them is the answer to all. */
export type NodeFolder = Readonly<Record<string, FileAnswer>> | number;

export interface FileRequest {
  readonly pod: string;
  readonly name: string;
  /** The first byte that is asked for, when not all of the file is. */
  readonly from: number | undefined;
}

/** `GET /logs/pods/<namespace>_<pod>_<uid>/<container>/<file>`, with `Range: bytes=<from>-` or without. */
export function fileRequestOf({ url = '/', headers }: IncomingMessage): FileRequest | undefined {
  const [, , pod, name] = /^\/logs\/pods\/([^_/]+)_([^_/]+)_[^_/]+\/main\/([^/]*)$/.exec(url) ?? [];
  const [, from] = /^bytes=(\d+)-$/.exec(headers.range ?? '') ?? [];
  if (pod === undefined || name === undefined) return undefined;
  return { pod, name, from: from === undefined ? undefined : Number(from) };
}

/** As the file server of Go does; the name '' is the folder itself. */
export function answerFile(response: ServerResponse, files: NodeFolder, { name, from }: FileRequest): void {
  const links =
    typeof files === 'number'
      ? ''
      : Object.keys(files)
          .map((file) => `<a href="${file}">${file}</a>\n`)
          .join('');
  const answer =
    typeof files === 'number' ? files : name === '' ? Buffer.from(`<pre>\n${links}</pre>\n`) : (files[name] ?? 404);
  if (typeof answer === 'function') answer(response);
  else if (typeof answer === 'number') response.writeHead(answer).end(`status ${answer}\n`);
  else if (from === undefined || answer.length === 0) response.end(answer);
  else if (from >= answer.length) response.writeHead(416).end('invalid range: failed to overlap\n');
  else
    response
      .writeHead(206, { 'content-range': `bytes ${from}-${answer.length - 1}/${answer.length}` })
      .end(answer.subarray(from));
}
