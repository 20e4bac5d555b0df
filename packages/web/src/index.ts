/**
 * The page: evaluations, timelines with the holes drawn, logs with their seal. Plain modules without a build step, served by submit.
 * It shows what the API says and decides nothing; whatever a program printed is shown as text, never as markup.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';

/** One file as it is served. */
interface PageFile {
  readonly type: string;
  readonly bytes: Buffer;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

const PUBLIC = new URL('../public/', import.meta.url);

/** All files of the page by the path that they are served at: `/` and `/page/…`. Read once, at the start. */
export const page: { readonly files: Readonly<Record<string, PageFile>> } = {
  files: Object.fromEntries(
    readdirSync(PUBLIC).map((name) => [
      name === 'index.html' ? '/' : `/page/${name}`,
      { type: TYPES[extname(name)] ?? 'application/octet-stream', bytes: readFileSync(new URL(name, PUBLIC)) },
    ]),
  ),
};

/** What the page may load: itself, and nothing else. */
export const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'";
