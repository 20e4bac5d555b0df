import { Type } from 'typebox';
import { ArchiveConfigSchema, JUDGING_SETTINGS } from '@lacuna/service-kit';

/** The settings of submit. */
export const SubmitConfigSchema = Type.Object({
  ...ArchiveConfigSchema.properties,
  host: Type.String({
    default: '127.0.0.1',
    description: 'address to listen on; anything but loopback needs tokens',
  }),
  port: Type.Integer({ minimum: 1, maximum: 65_535, default: 4280, description: 'its port' }),
  tokensFile: Type.Optional(
    Type.String({ description: 'file with the sha256 of each valid bearer token, in hex, one a line' }),
  ),
  dataDir: Type.Optional(
    Type.String({
      description: 'folder of the read model; without one it is kept in memory and rebuilt at each start',
    }),
  ),
  ...JUDGING_SETTINGS,
  answerWithin: Type.Integer({
    unit: 'ms',
    minimum: 100,
    // Env values that nobody names are erased after an hour: see `ENV_LEFT_AFTER_MS`.
    maximum: 600_000,
    default: 5_000,
    description: 'how long a request waits for NATS before it is refused; more than a server needs to restart',
  }),
  maxInFlight: Type.Integer({
    minimum: 1,
    default: 1_000,
    description: 'submissions that may wait for NATS at a time; more are refused at once',
  }),
  maxFollowers: Type.Integer({
    minimum: 1,
    // Six of the most that the chart scales to have room below the consumers of a stream: see `MAX_CONSUMERS`.
    maximum: 10_000,
    default: 1_000,
    description: 'event streams and logs that may be read over HTTP at a time; more are refused with 503',
  }),
});
