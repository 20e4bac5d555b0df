import { Type } from 'typebox';

const url = (description: string) => Type.Optional(Type.String({ pattern: '^https?://', description }));

/** The settings of trace-audit. */
export const AuditConfigSchema = Type.Object({
  deadlines: Type.String({
    default: '',
    description: 'own times of the span contract, such as pod.create=30s+30s,log.capture=1m',
  }),
  jaegerUrl: url('base address of the Jaeger query API, for reading back what was exported and for links'),
  publicUrl: url('base address of the HTTP API as others reach it, for links in alerts'),
  alertmanagerUrl: url('base address of an Alertmanager'),
  webhookUrl: url('address that alerts are posted to'),
  webhookSecret: Type.Optional(Type.String({ secret: true, description: 'key of the webhook signature' })),
  cdevents: Type.Optional(
    Type.String({
      minLength: 1,
      description: 'publish CDEvents on lacuna.cdevents.>; the value is the id of the environment in them',
    }),
  ),
  compactAfter: Type.Integer({
    unit: 'ms',
    minimum: 0,
    default: 15 * 60_000,
    description: 'how long after its last fact a settled evaluation, of which nothing more is owed, becomes one record',
  }),
  tick: Type.Integer({ unit: 'ms', minimum: 10, default: 250, description: 'how often deadlines are looked at' }),
});
