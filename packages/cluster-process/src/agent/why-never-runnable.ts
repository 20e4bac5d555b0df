import type { JobRequest } from '@lacuna/cluster';

/** What is wrong with a request that can never run, however often it is asked for; undefined when nothing is. */
export function whyNeverRunnable({ command, env, workdir }: JobRequest): string | undefined {
  if (command[0] === undefined || command[0] === '') return 'the command is empty: name a program';
  const texts = [...command, ...Object.keys(env), ...Object.values(env), workdir ?? ''];
  if (texts.some((text) => text.includes('\0'))) {
    return 'command, env and workdir must not contain NUL: the system ends texts there';
  }
  const badName = Object.keys(env).find((name) => name === '' || name.includes('='));
  return badName === undefined ? undefined : `${JSON.stringify(badName)} cannot be the name of an env value`;
}
