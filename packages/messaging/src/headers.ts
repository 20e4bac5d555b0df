import { Match, MsgHdrsImpl, type MsgHdrs } from 'nats';

/** Headers of a message from outside; names are compared without regard to case, an absent header is undefined. */
export interface Headers {
  get(name: string): string | undefined;
}

/**
 * The client's headers for a record of fields. Its own `set` walks all names and tests every character of each, which at
 * thousands of messages a second costs more than the message; values are made one line here instead.
 */
export function toHeaders(fields: Readonly<Record<string, string>>): MsgHdrs {
  const record: Record<string, string[]> = {};
  for (const name in fields) record[name] = [(fields[name] ?? '').replace(/[\r\n]+/g, ' ')];
  return MsgHdrsImpl.fromRecord(record);
}

/** The client's headers, seen as ours. */
export function fromHeaders(headers: MsgHdrs | undefined): Headers {
  return { get: (name) => headers?.get(name, Match.IgnoreCase) || undefined };
}
