import { BaseConfigSchema, documentSettings, HealthConfigSchema, type DocumentedSetting } from '@lacuna/service-kit';
import { ALL_SERVICES } from './platform/open-platform.ts';

/** A setting, and the services that read it. */
export interface ServiceSetting extends DocumentedSetting {
  readonly readBy: readonly string[];
}

/** Every setting once, in the order of the pipeline: what all services read first. */
export function settingsOfServices(): ServiceSetting[] {
  const byVariable = new Map<string, { readonly setting: DocumentedSetting; readonly readBy: Set<string> }>();
  for (const { name, schema } of schemas())
    for (const setting of documentSettings(schema)) {
      const known = byVariable.get(setting.variable) ?? { setting, readBy: new Set() };
      byVariable.set(setting.variable, known);
      known.readBy.add(name);
    }
  return [...byVariable.values()].map(({ setting, readBy }) => ({ ...setting, readBy: [...readBy] }));
}

/** By name; all of them in one word. */
export function readersOf({ readBy }: ServiceSetting): string {
  return readBy.length === ALL_SERVICES.length ? 'all' : readBy.join(', ');
}

/** Which schema is read by whom, widest first. */
function schemas() {
  const ordered = ALL_SERVICES.toReversed();
  return [
    ...ordered.map(({ name }) => ({ name, schema: BaseConfigSchema })),
    ...ordered
      .filter(({ answersProbes }) => answersProbes !== true)
      .map(({ name }) => ({ name, schema: HealthConfigSchema })),
    ...ordered.map(({ name, config }) => ({ name, schema: config })),
  ];
}
