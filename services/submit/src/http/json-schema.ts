import { defined, EVALUATION_ID_PATTERN } from '@lacuna/contracts';

/** JSON Schema of an object all of whose fields are named; `optional` ones may be absent. */
export function object(fields: Record<string, object>, optional: Record<string, object> = {}): object {
  return {
    type: 'object',
    properties: { ...fields, ...optional },
    required: Object.keys(fields),
    additionalProperties: false,
  };
}

export const text = (description?: string): object => ({
  type: 'string',
  ...defined({ description }),
});
export const list = (items: object): object => ({ type: 'array', items });
export const oneOf = (values: readonly string[]): object => ({ type: 'string', enum: [...values] });
export const time = { type: 'number', description: 'Unix time in milliseconds, with a fraction.' };
export const count = { type: 'integer', minimum: 0 };
export const evaluationId = { type: 'string', pattern: EVALUATION_ID_PATTERN };
