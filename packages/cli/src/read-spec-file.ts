import { createReadStream } from 'node:fs';
import { extname } from 'node:path';
import { Failure } from '@lacuna/contracts';
import { readBounded } from './read-bounded.ts';
import { usageError } from './usage-error.ts';

/** A spec as it stands in a file (`.json`, `.yaml`, `.yml`, or either by its first character) or on standard input (`-`). */
export async function readSpecFile(path: string): Promise<Readonly<Record<string, unknown>>> {
  const name = path === '-' ? 'standard input' : path;
  const text = decode(path === '-' ? await readBounded(process.stdin, name) : await read(path), name);
  const value = isJson(path, text) ? parseJson(text, name) : await parseYaml(text, name);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Failure(
    'invalid-spec',
    `${name} holds no evaluation spec, which is an object such as {"command": ["true"]}`,
  );
}

async function read(path: string): Promise<Uint8Array> {
  try {
    return await readBounded(createReadStream(path), path);
  } catch (error) {
    if (error instanceof Failure) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : message;
    throw usageError(`can't read the spec ${path}: ${why}`);
  }
}

function decode(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Failure('invalid-encoding', `${name} is not valid UTF-8`, { cause });
  }
}

function isJson(path: string, text: string): boolean {
  const extension = extname(path).toLowerCase();
  if (extension === '.yaml' || extension === '.yml') return false;
  return extension === '.json' || text.trimStart().startsWith('{');
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Failure('invalid-json', `${name} is not JSON: ${(cause as Error).message}`, { cause });
  }
}

/** Loaded only for YAML, which most submissions are not. */
async function parseYaml(text: string, name: string): Promise<unknown> {
  const { parse } = await import('yaml');
  try {
    return parse(text);
  } catch (cause) {
    const [line = ''] = (cause as Error).message.split('\n');
    throw new Failure('invalid-json', `${name} is not YAML: ${line.replace(/:$/, '')}`, { cause });
  }
}
