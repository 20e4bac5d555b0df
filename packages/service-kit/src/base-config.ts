import { Type, type Static } from 'typebox';
import { LOG_LEVELS } from './logger.ts';

/** The settings of every service. */
export const BaseConfigSchema = Type.Object({
  natsUrl: Type.Array(Type.String({ minLength: 1 }), {
    minItems: 1,
    default: ['nats://127.0.0.1:4222'],
    description: 'addresses of the NATS servers; any of them will do',
  }),
  natsUser: Type.Optional(Type.String({ description: 'NATS user name' })),
  natsPassword: Type.Optional(Type.String({ secret: true, description: 'password of the NATS user' })),
  natsNkeySeed: Type.Optional(
    Type.String({ secret: true, description: 'seed of the NATS nkey, instead of user and password' }),
  ),
  natsMonitorUrl: Type.Optional(
    Type.String({
      pattern: '^https?://',
      description:
        'monitoring address of a NATS server; when it is given, the server must write to disk before it acknowledges, and /readyz says when nothing can be stored',
    }),
  ),
  natsReplicas: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 5, description: 'how many NATS servers keep each message; 3 for a cluster' }),
  ),
  natsProvision: Type.Boolean({
    default: true,
    description:
      'whether missing streams are created; false = wait for `lacuna provision`, for a NATS user without that right',
  }),
  otlpUrl: Type.Optional(
    Type.String({
      pattern: '^https?://',
      description: 'base address of an OTLP/HTTP receiver such as http://127.0.0.1:4318',
    }),
  ),
  detailSpans: Type.Boolean({
    default: true,
    description: 'whether the service itself is traced, when there is a receiver',
  }),
  logLevel: Type.Enum([...LOG_LEVELS], { default: 'info', description: 'the least severe level that is logged' }),
  drainTimeout: Type.Integer({
    unit: 'ms',
    minimum: 0,
    default: 10_000,
    description: 'how long a stop may take; keep it below the grace period of the pod',
  }),
});
export type BaseConfig = Static<typeof BaseConfigSchema>;

/** The settings of the endpoint that a service without HTTP of its own answers probes at. */
export const HealthConfigSchema = Type.Object({
  healthHost: Type.String({ default: '127.0.0.1', description: 'address to answer probes on' }),
  healthPort: Type.Integer({ minimum: 0, maximum: 65_535, default: 0, description: 'its port; 0 = any free one' }),
});
export type HealthConfig = Static<typeof HealthConfigSchema>;
