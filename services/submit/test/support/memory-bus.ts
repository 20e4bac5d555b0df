import { envSubject, factSubject, sameFact, type EnvPlace, type EvaluationId, type Fact } from '@lacuna/contracts';
import { NotStored, type Bus, type EnvValues, type PublishOutcome, type RecordedFact } from '@lacuna/messaging';

/** The part of a bus that accepting needs, in memory; what stands in its way is set from outside. */
export class MemoryBus implements Pick<Bus, 'publishFact' | 'readFacts' | 'putEnv' | 'deleteEnv'> {
  readonly facts: RecordedFact[] = [];
  /** By subject. */
  readonly env = new Map<string, EnvValues>();
  full = false;
  /** What every call waits for. */
  answer: Promise<unknown> = Promise.resolve();

  async publishFact(fact: Fact): Promise<PublishOutcome> {
    await this.answer;
    const there = this.facts.find((one) => factSubject(one.fact) === factSubject(fact));
    if (there !== undefined)
      return { kind: sameFact(there.fact, fact) ? 'known' : 'conflict', seq: there.seq, fact: there.fact };
    if (this.full) throw new NotStored(new Error('no room'));
    const seq = this.facts.length + 1;
    this.facts.push({ fact, seq, storedAt: fact.at });
    return { kind: 'stored', seq };
  }

  async readFacts(id: EvaluationId): Promise<RecordedFact[]> {
    return this.facts.filter(({ fact }) => fact.evaluation === id);
  }

  async putEnv(place: EnvPlace, values: EnvValues): Promise<void> {
    await this.answer;
    this.env.set(envSubject(place), values);
  }

  async deleteEnv(place: EnvPlace): Promise<void> {
    this.env.delete(envSubject(place));
  }
}
