import { Type } from 'typebox';

/** The schema of a setting that is an address of HTTP; absent by default. */
export const urlSetting = (description: string) => Type.Optional(Type.String({ pattern: '^https?://', description }));
