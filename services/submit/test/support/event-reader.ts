import type { Fact } from '@lacuna/contracts';

/** A server-sent event as it came over the wire. */
interface SeenEvent {
  readonly id: string;
  readonly type: string;
  readonly fact: Fact;
}

/** Reads server-sent events from an answer, as they come. */
export async function* readEvents(response: Response): AsyncGenerator<SeenEvent> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const frames = text.split('\n\n');
    text = frames.pop() ?? '';
    for (const frame of frames) if (!frame.startsWith(':')) yield eventOf(frame);
  }
}

/** The next so many events; the answer stays open. */
export async function take(events: AsyncGenerator<SeenEvent>, count: number): Promise<SeenEvent[]> {
  const taken: SeenEvent[] = [];
  while (taken.length < count) {
    const { value, done } = await events.next();
    if (done === true) throw new Error(`the stream ended after ${taken.length} of ${count} events`);
    taken.push(value);
  }
  return taken;
}

function eventOf(frame: string): SeenEvent {
  const fields = new Map(frame.split('\n').map((line) => line.split(/: (.*)/s, 2) as [string, string]));
  return {
    id: fields.get('id') ?? '',
    type: fields.get('event') ?? '',
    fact: JSON.parse(fields.get('data') ?? '') as Fact,
  };
}
