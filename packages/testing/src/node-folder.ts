import type { IncomingMessage, ServerResponse } from 'node:http';

/** How a request for a file of `/var/log` is answered: a whole file, a status, or in whichever other way. */
type FileAnswer = Uint8Array | number | ((response: ServerResponse) => void);

/** The folder of a container's log on its node, by the names of its files; a status instead of them is the answer to all. */
export type NodeFolder = Readonly<Record<string, FileAnswer>> | number;

/** `GET /logs/pods/<namespace>_<pod>_<uid>/<container>/<file>` */
export function fileRequestOf({
  url = '/',
}: IncomingMessage): { readonly pod: string; readonly name: string } | undefined {
  const [, , pod, name] = /^\/logs\/pods\/([^_/]+)_([^_/]+)_[^_/]+\/main\/([^/]*)$/.exec(url) ?? [];
  return pod === undefined || name === undefined ? undefined : { pod, name };
}

/** As the file server of Go does; the name '' is the folder itself. */
export function answerFile(response: ServerResponse, files: NodeFolder, name: string): void {
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
  else response.end(answer);
}
