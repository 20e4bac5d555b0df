import { Type } from 'typebox';
import { urlSetting } from './url-setting.ts';

/** What whoever judges evaluations and whoever shows them must read the same. */
export const JUDGING_SETTINGS = {
  publicUrl: urlSetting('base address of the HTTP API as others reach it, for links in alerts'),
  jaegerUrl: urlSetting('base address of the Jaeger query API, for reading back what was exported and for links'),
  traceUrl: Type.Optional(
    Type.String({
      pattern: '^https?://.*\\{id\\}',
      description: 'where a trace is shown, {id} standing for its id; /trace/{id} of LACUNA_JAEGER_URL by default',
    }),
  ),
  deadlines: Type.String({
    default: '',
    description: 'changed times of the span contract, such as pod.create=30s+30s,log.capture=1m',
  }),
};
