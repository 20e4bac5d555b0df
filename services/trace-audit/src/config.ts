import { JUDGING_SETTINGS, urlSetting } from '@lacuna/service-kit';
import { Type } from 'typebox';

/** The settings of trace-audit. */
export const AuditConfigSchema = Type.Object({
  ...JUDGING_SETTINGS,
  alertmanagerUrl: urlSetting('base address of an Alertmanager'),
  webhookUrl: urlSetting('address that alerts are posted to'),
  webhookSecret: Type.Optional(
    Type.String({ secret: true, description: 'key that signs what is posted to the webhook' }),
  ),
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
});
