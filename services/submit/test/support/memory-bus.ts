import { envSubject, factSubject, Failure, sameFact, type EvaluationId, type Fact } from '@lacuna/contracts';
import type { Bus, EnvOwner, EnvValues, PublishOutcome, PutEnvOutcome, RecordedFact } from '@lacuna/messaging';

/** The part of a bus that accepting needs, in memory; what stands in its way is set from outside. */
export class MemoryBus implements Pick<Bus, 'publishFact' | 'readFact' | 'readFacts' | 'putEnv' | 'deleteEnv'> {
  readonly facts: RecordedFact[] = [];
  /** By subject. */
  readonly env = new Map<string, EnvValues>();
  full = false;
  /** What every call waits for. */
  answer: Promise<unknown> = Promise.resolve();

  async publishFact(fact: Fact): Promise<PublishOutcome> {
    await this.answer;
    const there = await this.readFact(factSubject(fact));
    if (there !== undefined)
      return { kind: sameFact(there.fact, fact) ? 'known' : 'conflict', seq: there.seq, fact: there.fact };
    if (this.full) throw new Failure('overloaded', 'no room', { retryAfterMs: 5_000 });
    const seq = this.facts.length + 1;
    this.facts.push({ fact, seq, storedAt: fact.at });
    return { kind: 'stored', seq };
  }

  async readFact(subject: string): Promise<RecordedFact | undefined> {
    return this.facts.find(({ fact }) => factSubject(fact) === subject);
  }

  async readFacts(id: EvaluationId): Promise<RecordedFact[]> {
    return this.facts.filter(({ fact }) => fact.evaluation === id);
  }

  async putEnv(owner: EnvOwner, values: EnvValues): Promise<PutEnvOutcome> {
    await this.answer;
    const subject = envSubject(owner.evaluation, owner.specHash);
    if (this.env.has(subject)) return { kind: 'known' };
    this.env.set(subject, values);
    return { kind: 'stored' };
  }

  async deleteEnv(owner: EnvOwner): Promise<void> {
    this.env.delete(envSubject(owner.evaluation, owner.specHash));
  }
}
