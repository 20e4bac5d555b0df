import type { Scene } from './cast.ts';

/** Waits until the evaluation's own live log matches; undefined when the log ends before that. */
export async function awaitLine(
  { id, client, signal }: Pick<Scene, 'id' | 'client' | 'signal'>,
  pattern: RegExp,
): Promise<RegExpExecArray | undefined> {
  let text = '';
  const { body } = await client.log(id, { follow: true, signal });
  for await (const chunk of body) {
    text += Buffer.from(chunk).toString();
    const match = pattern.exec(text);
    if (match !== null) return match;
  }
  return undefined;
}
