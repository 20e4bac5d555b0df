import { decodeFact, type Fact } from '@lacuna/contracts';

/** A fact as the stream keeps it. */
export interface RecordedFact {
  readonly fact: Fact;
  /** Its place in the stream: facts are ordered by it. */
  readonly seq: number;
  /** When the stream stored it: Unix milliseconds, with a fraction. The same on every way to read it. */
  readonly storedAt: number;
}

/** A message that may hold a fact. */
export interface FactMessage {
  readonly subject: string;
  readonly bytes: Uint8Array;
  readonly seq: number;
  readonly storedAt: number;
}

/** Reads a fact out of a message. Throws `Failure('fact-invalid')`. */
export function recordedFact(message: FactMessage): RecordedFact {
  return { fact: decodeFact(message.subject, message.bytes), seq: message.seq, storedAt: message.storedAt };
}

/**
 * Reads the facts out of messages and leaves out what is none: those who follow the stream report it (`LACUNA_DEAD`), and one bad
 * message must not make an evaluation unreadable.
 */
export function recordedFacts(messages: readonly FactMessage[]): RecordedFact[] {
  const facts: RecordedFact[] = [];
  for (const message of messages) {
    try {
      facts.push(recordedFact(message));
    } catch {
      continue;
    }
  }
  return facts;
}
