import { problemSchema } from './answer-schemas.ts';
import { evaluationId } from './json-schema.ts';

export interface Answer {
  readonly description: string;
  readonly type: string;
  readonly schema: object;
}

export const json = (description: string, schema: object): Answer => ({
  description,
  type: 'application/json',
  schema,
});

/** The schema of a route as the framework and the API description want it: its own answer, and problem documents for the rest. */
export function route(
  summary: string,
  status: number,
  { description, type, schema }: Answer,
  request: object = {},
): object {
  const problem = {
    description: 'A problem document.',
    content: { 'application/problem+json': { schema: problemSchema } },
  };
  return {
    summary,
    ...request,
    response: { [status]: { description, content: { [type]: { schema } } }, '4xx': problem, '5xx': problem },
  };
}

export const byId = { params: { type: 'object', properties: { id: evaluationId }, required: ['id'] } };
export const query = (properties: Record<string, object>): object => ({ querystring: { type: 'object', properties } });
export const headers = (properties: Record<string, object>): object => ({ headers: { type: 'object', properties } });
export const body = (schema: object): object => ({ body: { content: { 'application/json': { schema } } } });
