import { defined } from '@lacuna/contracts';
import type { Chunk } from './chunk.ts';

export type Note = Pick<Chunk, 'mark' | 'gaps' | 'isUnproven'>;

/** What is stored beside a chunk's bytes, so that whoever goes on after a crash knows what its first reader knew. */
export function encodeNote({ mark, gaps, isUnproven = false }: Note): string | undefined {
  if (mark === undefined && gaps.length === 0 && !isUnproven) return undefined;
  return JSON.stringify({
    ...defined({ mark }),
    ...(gaps.length === 0 ? {} : { gaps }),
    ...(isUnproven ? { isUnproven } : {}),
  });
}

/** Undefined as well for a chunk that was stored without one. */
export function decodeNote(note: string | undefined): Note {
  const { mark, gaps = [], isUnproven = false } = (note === undefined ? {} : JSON.parse(note)) as Partial<Note>;
  return { mark, gaps, isUnproven };
}
