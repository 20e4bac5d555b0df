import { Failure } from '@lacuna/contracts';
import { testId } from '@lacuna/contracts/testing';
import { describe, expect, it } from 'vitest';
import { queryOf } from '../src/http/query-of.ts';
import { encodeCursor } from '../src/read-model/cursor.ts';
import { LIST_PARAMETERS, parseListQuery } from '../src/read-model/list-query.ts';

const parse = (query: string) => parseListQuery(queryOf({ url: `/v1/evaluations${query}` }, LIST_PARAMETERS));
const problemsOf = (query: string) => {
  try {
    parse(query);
    return [];
  } catch (error) {
    expect((error as Failure).code).toBe('invalid-query');
    return (error as Failure).problems.map(({ where, message }) => `${where}: ${message}`);
  }
};

describe('a list query', () => {
  it('without parameters asks for the newest page', () => {
    expect(parse('')).toEqual({ limit: 100, labels: [] });
    expect(parse('?')).toEqual({ limit: 100, labels: [] });
  });

  it('takes every filter, labels more than once', () => {
    const place = { submittedAt: 1.5, id: testId() };
    const cursor = encodeCursor(place);
    expect(
      parse(
        `?phase=settled&verdict=timed_out&label=suite=e2e&label=expr%3Da%3Db&label=empty=&name=n%20m&since=2026-11-23T08:00:00Z&limit=7&cursor=${cursor}`,
      ),
    ).toEqual({
      phase: 'settled',
      verdict: 'timed_out',
      labels: [
        ['suite', 'e2e'],
        ['expr', 'a=b'],
        ['empty', ''],
      ],
      name: 'n m',
      since: Date.UTC(2026, 10, 23, 8),
      limit: 7,
      after: place,
    });
  });

  it('counts an empty parameter as absent, as a form sends it', () => {
    expect(parse('?phase=&verdict=&name=&label=&since=&limit=&cursor=')).toEqual({ limit: 100, labels: [] });
  });

  it.each([
    ['?phas=queued', 'phas: unknown parameter; did you mean "phase"?'],
    ['?phase=runing', 'phase: "runing" is not one of'],
    ['?phase=runing', 'did you mean "running"?'],
    ['?verdict=ok', 'verdict: "ok" is not one of'],
    ['?label=suite', 'label: "suite" is not of the form key=value'],
    ['?label==e2e', 'label: "=e2e" is not of the form key=value'],
    ['?since=yesterday', 'since: must be an ISO 8601 time'],
    ['?limit=0', 'limit: must be a whole number from 1 to 500'],
    ['?limit=501', 'limit: must be a whole number from 1 to 500'],
    ['?limit=1e2', 'limit: must be a whole number from 1 to 500'],
    ['?cursor=abc', 'cursor: is not a cursor'],
    ['?phase=queued&phase=settled', 'phase: is given more than once'],
  ])('refuses %s and says %s', (query, said) => {
    expect(problemsOf(query).join()).toContain(said);
  });

  it('names all that is wrong at once', () => {
    expect(problemsOf('?limit=x&since=x&verdict=x')).toHaveLength(3);
  });
});
