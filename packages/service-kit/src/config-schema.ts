import { Type, type TObject, type TSchema } from 'typebox';

/** One schema with the fields of all. Services in one process share their settings, so a name must mean the same to each of them. */
export function configSchema(...schemas: readonly TObject[]): TObject {
  const fields: Record<string, TSchema> = {};
  for (const [name, field] of schemas.flatMap(({ properties }) => Object.entries<TSchema>(properties))) {
    const known = fields[name];
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(field))
      throw new Error(`two services mean different settings by ${name}`);
    fields[name] = field;
  }
  return Type.Object(fields);
}
