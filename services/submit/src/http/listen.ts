import type { Resource } from '@lacuna/service-kit';
import { createApp } from './create-app.ts';
import type { HttpContext } from './http-context.ts';

interface HttpServer extends Resource {
  readonly url: string;
}

/** Longer than a request waits for NATS, below the default drain of 10 s: a client that does not read must not make the stop unclean. */
const CLOSE_WITHIN_MS = 8_000;

/** Answers HTTP at an address until it is closed; then what is under way is still answered. */
export async function listen(context: HttpContext, host: string, port: number): Promise<HttpServer> {
  const app = await createApp(context);
  const url = await app.listen({ host, port });
  const close = async (): Promise<void> => {
    const timer = setTimeout(() => app.server.closeAllConnections(), CLOSE_WITHIN_MS);
    await app.close();
    clearTimeout(timer);
  };
  return { url, [Symbol.asyncDispose]: close };
}
