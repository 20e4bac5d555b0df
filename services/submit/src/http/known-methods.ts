import type { FastifyInstance } from 'fastify';

interface KnownRoute {
  readonly parts: readonly string[];
  readonly methods: readonly string[];
}

/** Tells which methods a path knows; none for an unknown path. To be called before the first route is added. */
export function knownMethods(app: FastifyInstance): (path: string) => string[] {
  const routes: KnownRoute[] = [];
  app.addHook('onRoute', ({ url, method }) => void routes.push({ parts: url.split('/'), methods: [method].flat() }));
  return (path) => {
    const parts = path.split('/');
    return [...new Set(routes.filter((route) => matches(route, parts)).flatMap(({ methods }) => methods))];
  };
}

function matches({ parts: pattern }: KnownRoute, parts: readonly string[]): boolean {
  const open = pattern.at(-1) === '*';
  if (open ? parts.length < pattern.length : parts.length !== pattern.length) return false;
  return pattern.every((part, i) => part === '*' || part.startsWith(':') || part === parts[i]);
}
