/** For tests of every package: evaluations told as facts. */
export { Story, testId, type ToldFact } from './story.ts';
