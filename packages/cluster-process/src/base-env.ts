const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'USER'] as const;

/** The little that agent and containers take over from the process that started them; all else may be a secret. */
export function baseEnv(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    INHERITED.flatMap((name) => {
      const value = env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
