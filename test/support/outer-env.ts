/**
 * The environment of whoever runs the tests, without what would lead a `lacuna` of theirs to a platform of that person's, such as `LACUNA_URL`. Where
 * the servers were built stays.
 */
export const OUTER_ENV: Readonly<NodeJS.ProcessEnv> = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('LACUNA_') || name === 'LACUNA_CACHE'),
);
