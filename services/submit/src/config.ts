import { Type } from 'typebox';
import { ArchiveConfigSchema } from '@lacuna/service-kit';

const url = (description: string) => Type.Optional(Type.String({ pattern: '^https?://', description }));

/** The settings of submit. Those that trace-audit has too must read the same there, because both may share one process. */
export const SubmitConfigSchema = Type.Object({
  ...ArchiveConfigSchema.properties,
  host: Type.String({
    default: '127.0.0.1',
    description: 'where HTTP is answered; anything but loopback needs tokens',
  }),
  port: Type.Integer({ minimum: 1, maximum: 65_535, default: 4280, description: 'its port' }),
  tokensFile: Type.Optional(
    Type.String({ description: 'file with the sha256 of each valid bearer token, in hex, one a line' }),
  ),
  dataDir: Type.Optional(
    Type.String({
      description: 'folder of the read model; without one it is kept in memory and read anew at each start',
    }),
  ),
  publicUrl: url('base address of the HTTP API as others reach it, for links in alerts'),
  jaegerUrl: url('base address of the Jaeger query API, for reading back what was exported and for links'),
  deadlines: Type.String({
    default: '',
    description: 'own times of the span contract, such as pod.create=30s+30s,log.capture=1m',
  }),
  answerWithin: Type.Integer({
    unit: 'ms',
    minimum: 100,
    // Env values that nobody names are erased after an hour: see `ENV_LEFT_AFTER_MS`.
    maximum: 600_000,
    default: 5_000,
    description: 'how long a request waits for NATS before it is refused; longer than a server takes to restart',
  }),
  maxInFlight: Type.Integer({
    minimum: 1,
    default: 1_000,
    description: 'submissions that may wait for NATS at a time; more are refused at once',
  }),
});
